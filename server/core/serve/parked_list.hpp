// A list of parked connections in the order of their parking, linked through the connections
// themselves, so that parking takes no memory. Must never own or change them otherwise.
#pragma once

#include "serve/connection.hpp"

namespace tuber::serve {

// Not thread-safe; lives under the parking lot's lock.
class ParkedList {
 public:
  void push_back(Connection& connection);
  void remove(Connection& connection);
  [[nodiscard]] Connection* front() const { return front_; }
  [[nodiscard]] static Connection* after(const Connection& connection) { return connection.next_; }

 private:
  Connection* front_ = nullptr;
  Connection* back_ = nullptr;
};

}  // namespace tuber::serve
