// What http.c of the shared benchmarks does, written on generated bindings.
#include "root_exports.h"

namespace exports::wasi::http::incoming_handler {

namespace types = ::wasi::http::types;

void handle(IncomingRequest, ResponseOutparam out) {
  types::OutgoingResponse response(types::Fields{});
  auto body = response.body();
  if (!body) __builtin_trap();
  types::ResponseOutparam::set(std::move(out), std::move(response));
  {
    const auto stream = body->write();
    if (!stream) __builtin_trap();
    static constexpr std::string_view text = "hello world\n";
    (void)stream->blocking_write_and_flush({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  (void)types::OutgoingBody::finish(std::move(*body), std::nullopt);
}

}  // namespace exports::wasi::http::incoming_handler
