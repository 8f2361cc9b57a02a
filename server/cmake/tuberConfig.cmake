# tuber::support: the include directory of tuber_support.hpp, for C++ projects that tuberd serves.
# The header needs pybind11, which the project must find itself, in the version of its choice.
if(NOT TARGET tuber::support)
  add_library(tuber::support INTERFACE IMPORTED)
  target_include_directories(tuber::support INTERFACE "${CMAKE_CURRENT_LIST_DIR}/../include")
  target_compile_features(tuber::support INTERFACE cxx_std_17)
endif()
