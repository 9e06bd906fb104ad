// The processed profile of the Firefox Profiler, as far as frames and samples go: tables of columns, strings by position.
// https://github.com/firefox-devtools/profiler/blob/main/docs-developer/CHANGELOG-formats.md
#include <map>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "profile/profile.h"

namespace wcomp::profile {

namespace {

using nlohmann::json;

constexpr int gecko_version = 24, processed_version = 55;
constexpr int category_guest = 0, category_host = 1;

class Strings {
 public:
  std::size_t add(const std::string& text) {
    const auto [at, is_new] = ids_.try_emplace(text, all_.size());
    if (is_new) all_.push_back(text);
    return at->second;
  }
  [[nodiscard]] const json& all() const { return all_; }

 private:
  std::map<std::string, std::size_t> ids_;
  json all_ = json::array();
};

json table(std::size_t length) { return {{"length", length}}; }
json empty_table(std::initializer_list<const char*> columns) {
  json out = table(0);
  for (const char* c : columns) out[c] = json::array();
  return out;
}

}  // namespace

std::string firefox_profile(const Profile& profile) {
  Strings strings;
  const std::size_t count = profile.frames.size();
  json frames = table(count), funcs = table(count);
  for (const char* c : {"address", "inlineDepth", "category", "subcategory", "func", "nativeSymbol", "innerWindowID", "line", "column"}) frames[c] = json::array();
  for (const char* c : {"name", "isJS", "relevantForJS", "resource", "fileName", "lineNumber", "columnNumber"}) funcs[c] = json::array();
  for (std::size_t i = 0; i < count; ++i) {
    const FrameInfo& f = profile.frames[i];
    frames["address"].push_back(-1);
    frames["inlineDepth"].push_back(f.kind == FrameKind::inlined ? 1 : 0);
    frames["category"].push_back(f.kind == FrameKind::host ? category_host : category_guest);
    frames["subcategory"].push_back(0);
    frames["func"].push_back(i);
    frames["nativeSymbol"].push_back(nullptr);
    frames["innerWindowID"].push_back(0);
    frames["line"].push_back(f.line == 0 ? json(nullptr) : json(f.line));
    frames["column"].push_back(nullptr);
    funcs["name"].push_back(strings.add(label(f)));
    funcs["isJS"].push_back(false);
    funcs["relevantForJS"].push_back(false);
    funcs["resource"].push_back(-1);
    funcs["fileName"].push_back(f.file.empty() ? json(nullptr) : json(strings.add(escape(f.file))));
    funcs["lineNumber"].push_back(nullptr);
    funcs["columnNumber"].push_back(nullptr);
  }
  // A stack is a frame on another stack.
  json prefixes = json::array(), tops = json::array();
  std::map<std::pair<std::int64_t, std::uint32_t>, std::size_t> known;
  std::vector<std::size_t> ends;
  for (const Stack& s : profile.stacks) {
    std::int64_t at = -1;
    for (const std::uint32_t f : s.frames) {
      const auto [found, is_new] = known.try_emplace({at, f}, known.size());
      if (is_new) {
        prefixes.push_back(at < 0 ? json(nullptr) : json(at));
        tops.push_back(f);
      }
      at = static_cast<std::int64_t>(found->second);
    }
    ends.push_back(static_cast<std::size_t>(at));
  }
  json stacks = table(tops.size());
  stacks["prefix"] = std::move(prefixes);
  stacks["frame"] = std::move(tops);
  json samples = table(profile.moments.size());
  samples["weightType"] = "samples";
  for (const char* c : {"stack", "timeDeltas", "weight", "threadCPUDelta"}) samples[c] = json::array();
  std::uint64_t last = 0;
  for (const Moment& m : profile.moments) {
    samples["stack"].push_back(ends[m.stack]);
    samples["timeDeltas"].push_back(static_cast<double>(m.at - last) / 1e6);
    samples["weight"].push_back(1);
    samples["threadCPUDelta"].push_back(m.nanoseconds / 1000);
    last = m.at;
  }
  const double end = static_cast<double>(last) / 1e6;
  const std::string title = escape(profile.title);
  json thread = {{"frameTable", std::move(frames)},
                 {"funcTable", std::move(funcs)},
                 {"stackTable", std::move(stacks)},
                 {"samples", std::move(samples)},
                 {"markers", empty_table({"category", "data", "endTime", "name", "phase", "startTime"})},
                 {"nativeSymbols", empty_table({"address", "functionSize", "libIndex", "name"})},
                 {"resourceTable", empty_table({"lib", "name", "host", "type"})},
                 {"stringArray", strings.all()},
                 {"name", title},
                 {"isMainThread", true},
                 {"pausedRanges", json::array()},
                 {"pid", "0"},
                 {"tid", "0"},
                 {"processName", title},
                 {"processType", "default"},
                 {"processStartupTime", 0},
                 {"processShutdownTime", end},
                 {"registerTime", 0},
                 {"unregisterTime", end},
                 {"showMarkersInTimeline", false}};
  const auto category = [](const char* name, const char* color) { return json{{"name", name}, {"color", color}, {"subcategories", {"Other"}}}; };
  json out = {{"meta",
               {{"version", gecko_version},
                {"preprocessedProfileVersion", processed_version},
                {"product", title},
                {"interval", static_cast<double>(profile.interval) / 1e6},
                {"startTime", 0},
                {"processType", 0},
                {"debug", false},
                {"symbolicated", true},
                {"usesOnlyOneStackType", true},
                {"sourceCodeIsNotOnSearchfox", true},
                {"pausedRanges", json::array()},
                {"markerSchema", json::array()},
                {"extensions", empty_table({"baseURL", "id", "name"})},
                {"sampleUnits", {{"time", "ms"}, {"eventDelay", "ms"}, {"threadCPUDelta", "µs"}}},
                {"categories", json::array({category("Guest", "blue"), category("Host", "grey")})}}},
              {"libs", json::array()},
              {"pages", json::array()},
              {"counters", json::array()},
              {"profilerOverhead", json::array()},
              {"threads", json::array({std::move(thread)})}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace wcomp::profile
