// The CBOR codec as a Python class, for the client (tuber.codec.compiled) and for tests.
#pragma once

#include <pybind11/pybind11.h>

namespace tuber::python {

// Adds the class CborCodec, with the interface of tuber.codec.Codec, to the module.
void define_cbor_codec(pybind11::module_& module);

}  // namespace tuber::python
