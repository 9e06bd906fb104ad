#include "runner/sandbox.h"

#include <doctest/doctest.h>

#include "base/diagnostic.h"

using namespace wcomp;
using namespace wcomp::runner;

namespace {

Result<SandboxOptions> parse(std::vector<std::string_view> words) {
  SandboxOptions out;
  WCOMP_TRY(const std::vector<Setting> settings, parse_words(words));
  for (const Setting& s : settings) WCOMP_TRY(set(out, *s.option, s.value));
  return out;
}

std::string message_of(const std::vector<std::string_view>& words) {
  const auto parsed = parse(words);
  REQUIRE(!parsed);
  CHECK(parsed.error().first().code == diag::bad_usage.code);
  return parsed.error().first().message;
}

}  // namespace

TEST_CASE("words become options, with the value behind the name or after an equals sign") {
  const auto o = parse({"--dir", "a", "--dir=b::/c::ro", "--env", "A=1", "--inherit-env", "--max-memory", "64K", "--fuel=7", "--timeout", "2m", "--argv0", ""});
  REQUIRE(o);
  CHECK(o->dirs == std::vector<std::string>{"a", "b::/c::ro"});
  CHECK(o->env == std::vector<std::string>{"A=1"});
  CHECK(o->inherit_env);
  CHECK_FALSE(o->explain_denials);
  CHECK(o->max_memory == 65536);
  CHECK(o->fuel == 7);
  CHECK(o->timeout == "2m");
  CHECK_FALSE(o->max_tables.has_value());
}

TEST_CASE("the last value of an option that holds one counts") {
  const auto o = parse({"--max-memory=1", "--max-memory=2"});
  REQUIRE(o);
  CHECK(o->max_memory == 2);
}

TEST_CASE("what is no option, or has a value that is wrong, is refused in words") {
  CHECK(message_of({"dir"}) == "`dir` is no option of the sandbox");
  CHECK(message_of({"--"}) == "`` is no option of the sandbox");
  CHECK(message_of({"--dirs", "a"}) == "`dirs` is no option of the sandbox");
  CHECK(message_of({"--dir"}) == "`--dir` needs a value: HOST[::GUEST[::ro]]");
  CHECK(message_of({"--dir="}) == "--dir: `` names no host folder, expected HOST[::GUEST[::ro]]");
  CHECK(message_of({"--dir", "a::b::rw"}) == "--dir: `a::b::rw` ends in `::rw`, expected HOST[::GUEST[::ro]]");
  CHECK(message_of({"--env", "=x"}) == "--env: `=x` names no variable");
  CHECK(message_of({"--inherit-env=yes"}) == "`--inherit-env` takes no value, found `yes`");
  CHECK(message_of({"--max-memory", "-1"}) == "--max-memory: `-1` is negative");
  CHECK(message_of({"--max-memory", "1X"}) == "--max-memory: `1X` is no size: a number was expected, with a unit (K, M, G) if it has one");
  CHECK(message_of({"--fuel", "18446744073709551616"}) == "--fuel: `18446744073709551616` is not a number from 0 to 2^64 - 1");
  CHECK(message_of({"--timeout", "0"}) == "--timeout: `0` is no duration: a number and a unit (ms, s, m, h) were expected");
  CHECK(message_of({"--stdin", ""}) == "--stdin: no file is named");
  const auto near = parse({"--max-memry", "1"});
  REQUIRE(!near);
  CHECK(near.error().first().notes == std::vector<std::string>{"`max-memory` is one: was that meant?"});
}

TEST_CASE("sizes are in powers of 1024 and end where 64 bits do") {
  CHECK(parse_bytes("0") == 0);
  CHECK(parse_bytes("12b") == 12);
  CHECK(parse_bytes("1k") == 1024);
  CHECK(parse_bytes("1 KiB") == 1024);
  CHECK(parse_bytes("3MB") == 3u << 20);
  CHECK(parse_bytes("15E") == std::uint64_t{15} << 60);
  for (const char* wrong : {"", "K", "1KK", "1Kx", "16E", "18446744073709551616", "-1", "1.5K", " 1", "0x10"}) CHECK_MESSAGE(!parse_bytes(wrong), wrong);
}

TEST_CASE("durations have a unit, or are seconds, and are positive") {
  using std::chrono::milliseconds;
  CHECK(parse_duration("500ms") == milliseconds(500));
  CHECK(parse_duration("10") == milliseconds(10000));
  CHECK(parse_duration("1.5m") == milliseconds(90000));
  CHECK(parse_duration("0.25h") == milliseconds(900000));
  CHECK(parse_duration(".5s") == milliseconds(500));
  CHECK(parse_duration("1.s") == milliseconds(1000));
  CHECK(parse_duration("0.00001ms") == milliseconds(1));
  CHECK(parse_duration("1.0000000000000000000000001") == milliseconds(1000));
  CHECK(parse_duration("123456789.123456789s") == milliseconds(123456789123));
  CHECK(parse_duration("277777h") == milliseconds(999997200000));
  for (const char* wrong : {"", ".", "s", "0", "0.0s", "-1", "+1", "1e3", "1 s", "1d", "1.2.3", "nan", "inf", "99999999h", "18446744073709551616", "340282366920938463463374607431768211456s"}) {
    CHECK_MESSAGE(!parse_duration(wrong), wrong);
  }
}

TEST_CASE("settings are read with and without their dashes, and printed as words") {
  for (const char* text : {"dir=/a::/b", "--dir=/a::/b"}) {
    const auto setting = parse_setting(text);
    REQUIRE(setting);
    CHECK(to_string(*setting) == "--dir /a::/b");
  }
  CHECK(to_string(*parse_setting("inherit-env")) == "--inherit-env");
  CHECK_FALSE(parse_setting("dir"));
  CHECK_FALSE(parse_setting("inherit-env=1"));
  CHECK_FALSE(parse_setting("invoke=f"));
  CHECK_FALSE(parse_setting(""));
}

TEST_CASE("every option can be set, and has a text for its help") {
  for (const SandboxOption& option : sandbox_options) {
    SandboxOptions o;
    const bool is_number = option.kind == OptionKind::bytes || option.kind == OptionKind::count || option.kind == OptionKind::time;
    CHECK(set(o, option, option.kind == OptionKind::flag ? "" : is_number ? "1" : "x"));
    CHECK((option.kind == OptionKind::flag) == option.value.empty());
    CHECK_FALSE(option.help.empty());
  }
}

TEST_CASE("limits are those of the options, the others stay as they are by themselves") {
  const auto o = parse({"--max-stack=64K", "--max-instances=3", "--trap-on-grow-failure"});
  REQUIRE(o);
  const Limits limits = limits_of(*o);
  CHECK(limits.stack_bytes == 65536);
  CHECK(limits.max_instances == 3);
  CHECK(limits.traps_on_growth_failure);
  CHECK(limits.max_memories == Limits{}.max_memories);
  CHECK_FALSE(limits.fuel.has_value());
}

TEST_CASE("a denied call is explained without raw bytes of the guest") {
  CHECK(explain({.operation = "open-at", .subject = "/e\033tc", .missing_grant = "--dir /e\033tc"}).find('\033') == std::string::npos);
  CHECK(explain({.operation = "open-at", .subject = "/etc", .missing_grant = "--dir /etc"}) == "open-at `/etc`: `--dir /etc` would grant it");
  CHECK(explain({.operation = "get-directories", .subject = {}, .missing_grant = {}}) == "get-directories");
}
