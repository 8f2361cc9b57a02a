#include "serve/parked_list.hpp"

namespace tuber::serve {

void ParkedList::push_back(Connection& connection) {
  connection.previous_ = back_;
  connection.next_ = nullptr;
  (back_ != nullptr ? back_->next_ : front_) = &connection;
  back_ = &connection;
}

void ParkedList::remove(Connection& connection) {
  (connection.previous_ != nullptr ? connection.previous_->next_ : front_) = connection.next_;
  (connection.next_ != nullptr ? connection.next_->previous_ : back_) = connection.previous_;
  connection.previous_ = connection.next_ = nullptr;
}

}  // namespace tuber::serve
