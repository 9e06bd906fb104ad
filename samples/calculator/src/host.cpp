// The calculator in a C++ program: loads a composed one and calls it with the types that witc made of its WIT.
//   calculator-host CALCULATOR.wasm      then lines such as `6 * 7`
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

#include "desk_host.h"

namespace {

using component_calculator::calculate::Op;

struct Task {
  std::uint32_t x = 0;
  Op op = Op::add;
  std::uint32_t y = 0;
};

std::optional<Task> parse(const std::string& line) {
  Task task;
  char sign = 0;
  std::istringstream in(line);
  if (!(in >> task.x >> sign >> task.y) || !(in >> std::ws).eof()) return std::nullopt;
  switch (sign) {
    case '+': task.op = Op::add; return task;
    case '-': task.op = Op::sub; return task;
    case '*': task.op = Op::mul; return task;
    default: return std::nullopt;
  }
}

int fail(const std::string& text) {
  std::fprintf(stderr, "%s", text.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return fail("usage: calculator-host CALCULATOR.wasm\n");
  const wcomp::Engine engine;
  const auto component = wcomp::Component::load(engine, argv[1]);
  if (!component) return fail(component.error().to_string());

  wcomp::Linker linker(engine);  // offers nothing: a whole calculator imports nothing
  linker.set_limits({.max_memory_bytes = 16 << 20, .fuel = 1'000'000});
  auto calculator = component_app::Desk::instantiate(linker, *component);  // types are checked here, once
  if (!calculator) return fail(calculator.error().to_string());

  for (std::string line; std::getline(std::cin, line);) {
    const auto task = parse(line);
    if (!task) {
      std::printf("cannot read `%s`: write X + Y, X - Y or X * Y\n", line.c_str());
      continue;
    }
    calculator->instance().set_fuel(1'000'000);
    const auto result = calculator->calculate().calculate(task->op, task->x, task->y);  // Result<std::uint32_t, Trap>
    if (!result) return fail(result.error().to_string());
    std::printf("%s = %u\n", line.c_str(), *result);
  }
}
