// Sorting things after what they depend on, without recursion: inputs may make chains of any length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace wcomp::wit {

/// An edge to `target`; `reference` is whatever the caller wants back in a cycle's message.
struct Dependency {
  std::size_t target = 0;
  std::size_t reference = 0;
};

/// Nodes 0..size-1 in dependency order, otherwise in their own. `on_cycle(node, dependency, entered)` is called for each edge that
/// closes a cycle, with the edge that led to `node` (null if it was where the walk began); the closing edge is then left out of account. `starts`: all nodes in the order in which they come as far as dependencies allow
/// (left out: their own).
template <class OnCycle>
std::vector<std::size_t> sort_by_dependency(const std::vector<std::vector<Dependency>>& edges, OnCycle&& on_cycle, const std::vector<std::size_t>& starts = {}) {
  enum class State : std::uint8_t { untouched, open, done };
  struct Frame {
    std::size_t node, next;
    const Dependency* entered;
  };
  std::vector<State> states(edges.size(), State::untouched);
  std::vector<std::size_t> order;
  std::vector<Frame> stack;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const std::size_t root = starts.empty() ? i : starts[i];
    if (states[root] != State::untouched) continue;
    states[root] = State::open;
    stack.push_back({root, 0, nullptr});
    while (!stack.empty()) {
      Frame& top = stack.back();
      if (top.next == edges[top.node].size()) {
        states[top.node] = State::done;
        order.push_back(top.node);
        stack.pop_back();
        continue;
      }
      const Dependency& d = edges[top.node][top.next++];
      if (states[d.target] == State::open) {
        on_cycle(top.node, d, top.entered);
      } else if (states[d.target] == State::untouched) {
        states[d.target] = State::open;
        stack.push_back({d.target, 0, &d});
      }
    }
  }
  return order;
}

/// The same for edges without a cycle, and as close to the nodes' own order as they allow: next is always the first node of those whose
/// dependencies have all been taken. Binaries and the reference tool have definitions in this order.
inline std::vector<std::size_t> sort_first_ready(const std::vector<std::vector<Dependency>>& edges) {
  std::vector<std::size_t> missing(edges.size());
  std::vector<std::vector<std::size_t>> users(edges.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    missing[i] = edges[i].size();
    for (const Dependency& d : edges[i]) users[d.target].push_back(i);
    if (missing[i] == 0) ready.push(i);
  }
  std::vector<std::size_t> order;
  order.reserve(edges.size());
  while (!ready.empty()) {
    const std::size_t next = ready.top();
    ready.pop();
    order.push_back(next);
    for (const std::size_t user : users[next]) {
      if (--missing[user] == 0) ready.push(user);
    }
  }
  return order;
}

}  // namespace wcomp::wit
