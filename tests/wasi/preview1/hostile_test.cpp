// Every function of preview 1 with pointers, lengths and numbers that only an attacker would pass.
#include <random>
#include <set>

#include "tests/wasi/preview1/guest.h"

using namespace wcomp;
using namespace wcomp::wasi;
using namespace wcomp::wasi::test;

namespace {

/// A pointer parameter: its place, and how many bytes are read or written there; `count`: the parameter that says how many of them.
struct Pointer {
  std::size_t param;
  std::uint64_t bytes;
  int count = -1;
};
struct Row {
  const char* name;
  std::vector<std::uint64_t> args;
  std::uint32_t reply;
  std::vector<Pointer> pointers;
};

// What is where in the guest's memory. Descriptor 3 is a folder with `a.txt` in it, 4 is that file.
constexpr std::uint32_t path = 0x100, vectors = 0x200, text = 0x300, out = 0x1000, out2 = 0x1100, many = 0x2000, subscription = 0x3000, fresh = 0x180;

const std::vector<Row>& rows() {
  static const std::vector<Row> list = {
      {"args_get", {many, out}, success, {{0, 4}, {1, 2}}},
      {"args_sizes_get", {out, out2}, success, {{0, 4}, {1, 4}}},
      {"environ_get", {many, out}, success, {{0, 4}, {1, 4}}},
      {"environ_sizes_get", {out, out2}, success, {{0, 4}, {1, 4}}},
      {"clock_res_get", {1, out}, success, {{1, 8}}},
      {"clock_time_get", {1, 0, out}, success, {{2, 8}}},
      {"fd_advise", {4, 0, 1, 0}, success, {}},
      {"fd_allocate", {4, 0, 1}, success, {}},
      {"fd_close", {99}, badf, {}},
      {"fd_datasync", {4}, success, {}},
      {"fd_fdstat_get", {4, out}, success, {{1, 24}}},
      {"fd_fdstat_set_flags", {4, 0}, success, {}},
      {"fd_fdstat_set_rights", {4, Guest::file_rights, 0}, success, {}},
      {"fd_filestat_get", {4, out}, success, {{1, 64}}},
      {"fd_filestat_set_size", {4, 9}, success, {}},
      {"fd_filestat_set_times", {4, 0, 0, 0}, success, {}},
      {"fd_pread", {4, vectors, 1, 0, out}, success, {{1, 8, 2}, {4, 4}}},
      {"fd_prestat_get", {3, out}, success, {{1, 8}}},
      {"fd_prestat_dir_name", {3, out, 2}, success, {{1, 2}}},
      {"fd_pwrite", {4, vectors, 1, 0, out}, success, {{1, 8, 2}, {4, 4}}},
      {"fd_read", {4, vectors, 1, out}, success, {{1, 8, 2}, {3, 4}}},
      {"fd_readdir", {3, many, 256, 0, out}, success, {{1, 1, 2}, {4, 4}}},
      {"fd_renumber", {99, 4}, badf, {}},
      {"fd_seek", {4, 0, 0, out}, success, {{3, 8}}},
      {"fd_sync", {4}, success, {}},
      {"fd_tell", {4, out}, success, {{1, 8}}},
      {"fd_write", {4, vectors, 1, out}, success, {{1, 8, 2}, {3, 4}}},
      {"path_create_directory", {3, path, 5}, exist, {{1, 1, 2}}},
      {"path_filestat_get", {3, 1, path, 5, out}, success, {{2, 1, 3}, {4, 64}}},
      {"path_filestat_set_times", {3, 1, path, 5, 0, 0, 0}, success, {{2, 1, 3}}},
      {"path_link", {3, 0, path, 5, 3, path, 5}, exist, {{2, 1, 3}, {5, 1, 6}}},
      {"path_open", {3, 0, path, 5, 0, 2, 0, 0, out}, success, {{2, 1, 3}, {8, 4}}},
      {"path_readlink", {3, fresh, 4, many, 64, out}, success, {{1, 1, 2}, {3, 1, 4}, {5, 4}}},
      {"path_remove_directory", {3, path, 5}, notdir, {{1, 1, 2}}},
      {"path_rename", {3, path, 5, 3, path, 5}, success, {{1, 1, 2}, {4, 1, 5}}},
      {"path_symlink", {text, 4, 3, path, 5}, exist, {{0, 1, 1}, {3, 1, 4}}},
      {"path_unlink_file", {3, path + 1, 3}, noent, {{1, 1, 2}}},
      {"poll_oneoff", {subscription, out, 1, out2 + 0x100}, success, {{0, 48, 2}, {1, 32, 2}, {3, 4}}},
      {"proc_exit", {7}, 1000 + static_cast<std::uint32_t>(TrapCode::exit), {}},
      {"proc_raise", {0}, success, {}},
      {"sched_yield", {}, success, {}},
      {"random_get", {many, 64}, success, {{0, 1, 1}}},
      {"sock_accept", {4, 0, out}, notsock, {}},
      {"sock_recv", {4, vectors, 1, 0, out, out2}, notsock, {}},
      {"sock_send", {4, vectors, 1, 0, out}, notsock, {}},
      {"sock_shutdown", {4, 1}, notsock, {}},
  };
  return list;
}

struct World {
  Scratch scratch;
  std::unique_ptr<Guest> guest;

  explicit World(const std::string& snapshot = "wasi_snapshot_preview1") {
    scratch.write("a.txt", "contents!");
    fs::create_symlink("a.txt", scratch.path() / "link");
    guest = std::make_unique<Guest>(Context().args({"x"}).env("K", "V").stdin_bytes("in").dir(scratch.path(), "/d"), snapshot);
    prepare();
    REQUIRE(guest->open("a.txt") == 4);
  }
  /// The memory that the rows name.
  void prepare() {
    guest->put_text(path, "a.txt");
    guest->put_text(fresh, "link");
    guest->put_text(text, "link");
    guest->put<std::uint32_t>(vectors, many);
    guest->put<std::uint32_t>(vectors + 4, 4);
    for (std::uint32_t i = 0; i < 56; ++i) guest->put<std::uint8_t>(subscription + i, 0);
    guest->put<std::uint32_t>(subscription + 16, 1);
  }
};

}  // namespace

TEST_CASE("the table of hostile calls has every function of preview 1") {
  std::set<std::string> named;
  for (const Row& r : rows()) named.insert(r.name);
  for (const FunctionRow& f : all_functions()) CHECK_MESSAGE(named.contains(f.name), f.name);
  CHECK(rows().size() == all_functions().size());
}

TEST_CASE("every function works with pointers that end where the memory ends, and is a fault one byte later") {
  for (const Row& row : rows()) {
    CAPTURE(std::string(row.name));
    World w;
    CHECK(w.guest->call(row.name, row.args) == row.reply);
    for (const Pointer& p : row.pointers) {
      CAPTURE(p.param);
      const std::uint64_t bytes = p.count < 0 ? p.bytes : p.bytes * row.args[static_cast<std::size_t>(p.count)];
      const auto with = [&](std::uint64_t value) {
        World fresh_world;
        auto args = row.args;
        args[p.param] = value;
        // What is read there is moved along, so that it means the same.
        if (value + bytes <= memory_bytes) {
          const auto memory = fresh_world.guest->memory();
          std::copy_n(memory.begin() + static_cast<std::ptrdiff_t>(row.args[p.param]), bytes, memory.begin() + static_cast<std::ptrdiff_t>(value));
        }
        return fresh_world.guest->call(row.name, args);
      };
      CHECK(with(memory_bytes - bytes) == row.reply);
      CHECK(with(0x6001) == row.reply);  // nothing has to be aligned
      for (const std::uint64_t bad : {std::uint64_t{memory_bytes} - bytes + 1, std::uint64_t{memory_bytes}, std::uint64_t{0x7fffffff}, std::uint64_t{0x80000000},
                                      std::uint64_t{0xfffffff8}, std::uint64_t{0xffffffff}}) {
        CAPTURE(bad);
        CHECK(with(bad) == fault);
      }
    }
  }
}

TEST_CASE("lengths and counts that multiply past 32 bits are a fault, not a small number") {
  World w;
  for (const std::uint64_t count : {0x20000000ULL, 0x20000001ULL, 0x40000001ULL, 0x80000001ULL, 0xffffffffULL}) {
    CAPTURE(count);
    for (const char* name : {"fd_read", "fd_write"}) CHECK(w.guest->call(name, {4, vectors, count, out}) == fault);
    for (const char* name : {"fd_pread", "fd_pwrite"}) CHECK(w.guest->call(name, {4, vectors, count, 0, out}) == fault);
    CHECK(w.guest->call("path_open", {3, 0, path, count, 0, 2, 0, 0, out}) == fault);
    CHECK(w.guest->call("random_get", {many, count}) == fault);
    CHECK(w.guest->call("fd_readdir", {3, many, count, 0, out}) == fault);
    CHECK(w.guest->call("poll_oneoff", {subscription, out, count, out2}) == inval);  // more than there are descriptors
  }
  CHECK(w.guest->call("poll_oneoff", {subscription, out, 16384, out2}) == fault);
}

TEST_CASE("a vector that leads outside is a fault before anything is read or written") {
  for (const char* name : {"fd_read", "fd_write", "fd_pread", "fd_pwrite"}) {
    CAPTURE(std::string(name));
    for (const auto& [ptr, length] : {std::pair{memory_bytes, 1u}, std::pair{memory_bytes - 1, 2u}, std::pair{0xffffffffu, 1u}, std::pair{1u, 0xffffffffu}, std::pair{0u, memory_bytes + 1}}) {
      World w;
      w.guest->put<std::uint32_t>(vectors + 8, ptr);
      w.guest->put<std::uint32_t>(vectors + 12, length);
      const bool has_offset = name[3] == 'p';
      std::vector<std::uint64_t> args = has_offset ? std::vector<std::uint64_t>{4, vectors, 2, 0, out} : std::vector<std::uint64_t>{4, vectors, 2, out};
      CHECK(w.guest->call(name, args) == fault);
      CHECK(w.scratch.read("a.txt") == "contents!");
      CHECK(w.guest->call("fd_tell", {4, out}) == success);
      CHECK(w.guest->get<std::uint64_t>(out) == 0);
    }
  }
}

TEST_CASE("a bad place for the count keeps the data where it was") {
  World w;
  CHECK(w.guest->call("fd_write", {4, vectors, 1, memory_bytes - 3}) == fault);
  CHECK(w.scratch.read("a.txt") == "contents!");
  CHECK(w.guest->call("fd_read", {0, vectors, 1, memory_bytes - 3}) == fault);
  CHECK(w.guest->read(0, 10) == "in");
  CHECK(w.guest->call("path_open", {3, 0, path, 5, 0, 2, 0, 0, memory_bytes - 3}) == fault);
  CHECK(w.guest->call("fd_fdstat_get", {5, out}) == badf);
}

TEST_CASE("names that are no UTF-8 are ilseq, names with a zero byte inval") {
  World w;
  for (const std::string bad : {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80"}) {
    w.guest->put_text(many, bad);
    const std::uint64_t n = bad.size();
    CHECK(w.guest->call("path_open", {3, 0, many, n, 0, 2, 0, 0, out}) == ilseq);
    CHECK(w.guest->call("path_create_directory", {3, many, n}) == ilseq);
    CHECK(w.guest->call("path_unlink_file", {3, many, n}) == ilseq);
    CHECK(w.guest->call("path_filestat_get", {3, 0, many, n, out}) == ilseq);
    CHECK(w.guest->call("path_rename", {3, path, 5, 3, many, n}) == ilseq);
    CHECK(w.guest->call("path_symlink", {many, n, 3, path, 5}) == ilseq);
    CHECK(w.guest->call("path_link", {3, 0, many, n, 3, path, 5}) == ilseq);
    CHECK(w.guest->call("path_readlink", {3, many, n, many, 8, out}) == ilseq);
  }
  w.guest->put_text(many, std::string("a.txt\0x", 7));
  CHECK(w.guest->call("path_open", {3, 0, many, 7, 0, 2, 0, 0, out}) == inval);
  CHECK(w.guest->call("path_create_directory", {3, many, 7}) == inval);
  CHECK(w.guest->call("path_symlink", {many, 7, 3, path, 5}) != success);
}

TEST_CASE("flags and numbers that no enumeration has are inval") {
  World w;
  CHECK(w.guest->call("path_open", {3, 2, path, 5, 0, 2, 0, 0, out}) == inval);
  CHECK(w.guest->call("path_open", {3, 0, path, 5, 16, 2, 0, 0, out}) == inval);
  CHECK(w.guest->call("path_open", {3, 0, path, 5, 0, 2, 0, 32, out}) == inval);
  CHECK(w.guest->call("path_filestat_get", {3, 2, path, 5, out}) == inval);
  CHECK(w.guest->call("path_filestat_set_times", {3, 0, path, 5, 0, 0, 16}) == inval);
  CHECK(w.guest->call("path_filestat_set_times", {3, 0, path, 5, 0, 0, 3}) == inval);
  CHECK(w.guest->call("fd_filestat_set_times", {4, 0, 0, 12}) == inval);
  CHECK(w.guest->call("fd_seek", {4, 0, 3, out}) == inval);
  CHECK(w.guest->call("fd_advise", {4, 0, 0, 6}) == inval);
  CHECK(w.guest->call("fd_fdstat_set_flags", {4, 32}) == inval);
  CHECK(w.guest->call("clock_time_get", {4, 0, out}) == inval);
  CHECK(w.guest->call("clock_time_get", {0x100, 0, out}) == inval);
  CHECK(w.guest->call("clock_res_get", {0xffffff01, out}) == inval);
  CHECK(w.guest->call("proc_raise", {31}) == inval);
  CHECK(w.guest->call("path_link", {3, 2, path, 5, 3, path, 5}) == inval);
  w.guest->put<std::uint8_t>(subscription + 8, 3);
  CHECK(w.guest->call("poll_oneoff", {subscription, out, 1, out2}) == inval);
  CHECK(w.guest->call("poll_oneoff", {subscription, out, 0, out2}) == inval);
}

TEST_CASE("any numbers in any parameters give a number of errno or a trap, in both snapshots") {
  const std::uint64_t numbers[] = {0, 1, 2, 3, 4, 5, 8, 64, 0x100, 0x200, 0xfff8, memory_bytes - 8, memory_bytes - 1, memory_bytes, 0x7fffffff, 0x80000000, 0xffffffff};
  const std::uint64_t longs[] = {0, 1, 2, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff};
  std::mt19937_64 random(7);
  for (const char* snapshot : {"wasi_snapshot_preview1", "wasi_unstable"}) {
    World w(snapshot);
    for (const FunctionRow& f : all_functions()) {
      if (std::string_view(snapshot) == "wasi_unstable" && !f.in_unstable) continue;
      CAPTURE(f.name);
      for (int round = 0; round < 300; ++round) {
        w.prepare();
        std::vector<std::uint64_t> args;
        for (const char c : f.signature.substr(0, f.signature.find(':'))) args.push_back(c == 'I' ? longs[random() % std::size(longs)] : numbers[random() % std::size(numbers)]);
        if (f.name == "fd_allocate" || f.name == "fd_filestat_set_size" || f.name == "fd_pwrite") args.back() &= 0xff;  // no giant files
        const std::uint32_t reply = w.guest->call(f.name, args);
        CHECK((reply <= 76 || reply >= 1000));
      }
    }
  }
}
