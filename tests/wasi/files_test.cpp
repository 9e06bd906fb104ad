// What descriptors do, with both resolvers; what they refuse is in tricks_test.cpp.
#include "wasi/files/descriptor.h"

#include <doctest/doctest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>

#include "tests/wasi/tricks/guest.h"

namespace {

using namespace wcomp::wasi::files;
using tricks::World;
using wcomp::wasi::Denial;
using wcomp::wasi::DirAccess;

struct Fixture {
  explicit Fixture(Resolver resolver, DirAccess access = DirAccess::read_write, std::size_t descriptors = 100)
      : sandbox(std::make_shared<Sandbox>(resolver, descriptors)), root(open("box", access)) {
    sandbox->on_denied = [this](const Denial& d) { denials.push_back(d); };
  }
  Descriptor open(const char* directory, DirAccess access) {
    auto out = Descriptor::open_root(sandbox, world.absolute(directory).c_str(), "/data", access);
    REQUIRE(out);
    return std::move(*out);
  }
  World world;
  std::shared_ptr<Sandbox> sandbox;
  std::vector<Denial> denials;
  Descriptor root;
};

template <class T>
int error_of(const Outcome<T>& outcome) {
  return outcome ? 0 : static_cast<int>(outcome.error());
}

iovec vec(std::string& s) { return {s.data(), s.size()}; }

std::string read_all(const Descriptor& file, std::uint64_t offset = 0) {
  std::string out(1000, '\0');
  const iovec into = vec(out);
  auto n = file.read({&into, 1}, offset);
  REQUIRE(n);
  out.resize(*n);
  return out;
}

std::size_t write_at(const Descriptor& file, std::string text, std::uint64_t offset) {
  const iovec from = vec(text);
  auto n = file.write({&from, 1}, offset);
  REQUIRE(n);
  return *n;
}

/// The same for both resolvers.
template <class F>
void with_both(F test) {
  for (const Resolver r : {Resolver::walk, Resolver::openat2}) {
    if (r == Resolver::openat2 && !Sandbox().uses_openat2()) continue;
    INFO(static_cast<int>(r));
    test(r);
  }
}

}  // namespace

TEST_CASE("a file is created, written in pieces, read in pieces and appended to") {
  with_both([](Resolver r) {
    Fixture f(r);
    auto file = f.root.open_at("new.txt", {.create = true, .exclusive = true, .read = true, .write = true});
    REQUIRE(file);
    CHECK(file->type() == Type::regular_file);
    std::string a = "hello ", b = "world";
    const iovec parts[] = {vec(a), vec(b)};
    CHECK(*file->write(parts, 0) == 11);
    std::string x(3, ' '), y(20, ' ');
    const iovec into[] = {vec(x), vec(y)};
    CHECK(*file->read(into, 3) == 8);
    CHECK(x == "lo ");
    CHECK(y.substr(0, 5) == "world");
    CHECK(read_all(*file, 11).empty());
    std::string more = "!";
    const iovec from = vec(more);
    CHECK(*file->append({&from, 1}) == 1);
    CHECK(f.world.get("box/new.txt") == "hello world!");
    CHECK(write_at(*file, "J", 0) == 1);  // after appending, positions still count
    CHECK(f.world.get("box/new.txt") == "Jello world!");
    CHECK(file->set_size(5).has_value());
    CHECK(f.world.get("box/new.txt") == "Jello");
    CHECK(file->allocate(0, 10).has_value());
    CHECK(file->stat()->size == 10);
    CHECK(error_of(f.root.open_at("new.txt", {.create = true, .exclusive = true, .write = true})) == EEXIST);
  });
}

TEST_CASE("offsets and sizes beyond the host's are refused") {
  Fixture f(Resolver::automatic);
  auto file = f.root.open_at("inside.txt", {.read = true, .write = true});
  REQUIRE(file);
  std::string byte = "x";
  const iovec one = vec(byte);
  const std::uint64_t huge = std::uint64_t{1} << 63;
  CHECK(error_of(file->read({&one, 1}, huge)) == EINVAL);
  CHECK(error_of(file->write({&one, 1}, huge)) == EINVAL);
  CHECK(error_of(file->set_size(huge)) == EINVAL);
  CHECK(error_of(file->allocate(huge - 1, 2)) == EINVAL);
  CHECK(error_of(file->allocate(0, 0)) == EINVAL);
  CHECK(error_of(file->advise(huge, 0, Advice::normal)) == EINVAL);
  CHECK(*file->read({}, 0) == 0);
}

TEST_CASE("what a descriptor was not opened for it does not do") {
  Fixture f(Resolver::automatic);
  auto reader = f.root.open_at("inside.txt", {.read = true});
  auto writer = f.root.open_at("inside.txt", {.write = true});
  REQUIRE(reader);
  REQUIRE(writer);
  std::string byte = "x";
  const iovec one = vec(byte);
  CHECK(error_of(reader->write({&one, 1}, 0)) == EBADF);
  CHECK(error_of(reader->append({&one, 1})) == EBADF);
  CHECK(error_of(writer->read({&one, 1}, 0)) == EBADF);
  CHECK(error_of(reader->open_at("x", {})) == ENOTDIR);
  CHECK(error_of(reader->entries()) == ENOTDIR);
  CHECK(error_of(reader->stat_at("x", Follow::yes)) == ENOTDIR);
  CHECK(error_of(reader->unlink_file_at("x")) == ENOTDIR);
  CHECK(error_of(f.root.read({&one, 1}, 0)) == EISDIR);
}

TEST_CASE("`..` and links that stay inside are followed") {
  with_both([](Resolver r) {
    Fixture f(r);
    f.world.symlink("../inside.txt", "box/sub/l");
    f.world.symlink("sub/deep/..", "box/d");
    CHECK(read_all(*f.root.open_at("sub/deep/../../inside.txt", {})) == "mine");
    CHECK(read_all(*f.root.open_at("sub/l", {})) == "mine");
    CHECK(read_all(*f.root.open_at("d/deep//file.txt", {})) == "mine too");
    CHECK(read_all(*f.root.open_at("d/../inside.txt", {})) == "mine");
    CHECK(f.root.stat_at("d", Follow::no)->type == Type::symbolic_link);
    CHECK(f.root.stat_at("d/", Follow::no)->type == Type::directory);
    CHECK(f.root.stat_at("d", Follow::yes)->inode == f.world.inode("box/sub"));
    CHECK(f.root.stat_at("sub/..", Follow::yes)->inode == f.world.inode("box"));
    CHECK(f.root.stat_at(".", Follow::no)->inode == f.world.inode("box"));
    CHECK(*f.root.readlink_at("d") == "sub/deep/..");
    CHECK(error_of(f.root.open_at("sub/l", {.follow = Follow::no})) == ELOOP);
    CHECK(error_of(f.root.readlink_at("inside.txt")) == EINVAL);
    CHECK(f.root.open_at(".", {.directory = true}).has_value());
    CHECK(f.root.open_at("new through link", {.create = true, .write = true}).has_value());
    f.world.symlink("made.txt", "box/dangling");
    CHECK(f.root.open_at("dangling", {.create = true, .write = true}).has_value());
    CHECK(f.world.has("box/made.txt"));
    CHECK(error_of(f.root.open_at("dangling", {.create = true, .exclusive = true, .write = true})) == EEXIST);
  });
}

TEST_CASE("loops and long chains of links end") {
  with_both([](Resolver r) {
    Fixture f(r);
    f.world.symlink("loop", "box/loop");
    f.world.symlink("b", "box/a");
    f.world.symlink("a", "box/b");
    for (int i = 0; i < 60; ++i) f.world.symlink(i == 59 ? "inside.txt" : "l" + std::to_string(i + 1), "box/l" + std::to_string(i));
    for (const char* path : {"loop", "a", "a/x", "loop/", "l0"}) {
      INFO(std::string(path));
      CHECK(error_of(f.root.open_at(path, {})) == ELOOP);
      CHECK(error_of(f.root.stat_at(path, Follow::yes)) == ELOOP);
    }
    CHECK(read_all(*f.root.open_at("l25", {})) == "mine");
    CHECK(f.root.stat_at("l25", Follow::yes)->type == Type::regular_file);
  });
}

TEST_CASE("paths that name nothing say so") {
  with_both([](Resolver r) {
    Fixture f(r);
    CHECK(error_of(f.root.open_at("", {})) == ENOENT);
    CHECK(error_of(f.root.open_at("none", {})) == ENOENT);
    CHECK(error_of(f.root.open_at("none/x", {})) == ENOENT);
    CHECK(error_of(f.root.open_at("inside.txt/x", {})) == ENOTDIR);
    CHECK(error_of(f.root.open_at("inside.txt/", {})) == ENOTDIR);
    CHECK(error_of(f.root.open_at("inside.txt", {.directory = true})) == ENOTDIR);
    CHECK(error_of(f.root.open_at("sub", {.write = true})) == EISDIR);
    CHECK(error_of(f.root.open_at("new/", {.create = true, .write = true})) == EISDIR);
    CHECK(error_of(f.root.open_at("sub", {.create = true, .directory = true})) == EINVAL);
    CHECK(error_of(f.root.open_at(std::string(5000, 'x'), {})) == ENAMETOOLONG);
    CHECK(error_of(f.root.open_at(std::string(300, 'x'), {})) == ENAMETOOLONG);
    CHECK(error_of(f.root.open_at(std::string("a\0b", 3), {})) == EINVAL);
    CHECK(error_of(f.root.open_at("/", {})) == EPERM);
    CHECK(error_of(f.root.open_at("..", {})) == EPERM);
    CHECK(error_of(f.root.stat_at("inside.txt/", Follow::no)) == ENOTDIR);
    CHECK(error_of(f.root.stat_at("inside.txt/.", Follow::no)) == ENOTDIR);
    CHECK(error_of(f.root.readlink_at("none")) == ENOENT);
  });
}

TEST_CASE("names are made, moved and removed") {
  with_both([](Resolver r) {
    Fixture f(r);
    CHECK(f.root.create_directory_at("d").has_value());
    CHECK(f.root.create_directory_at("d/e/").has_value());
    CHECK(error_of(f.root.create_directory_at("d")) == EEXIST);
    CHECK(error_of(f.root.create_directory_at(".")) == EEXIST);
    CHECK(error_of(f.root.create_directory_at("none/d")) == ENOENT);
    CHECK(error_of(f.root.remove_directory_at("d")) == ENOTEMPTY);
    CHECK(f.root.remove_directory_at("d/e/").has_value());
    CHECK(error_of(f.root.remove_directory_at("inside.txt")) == ENOTDIR);
    CHECK(error_of(f.root.remove_directory_at(".")) == EINVAL);
    CHECK(error_of(f.root.unlink_file_at("d")) == EISDIR);
    CHECK(error_of(f.root.unlink_file_at("d/")) == EISDIR);
    CHECK(error_of(f.root.unlink_file_at("inside.txt/")) == ENOTDIR);
    CHECK(f.root.link_at("inside.txt", Follow::no, f.root, "d/copy").has_value());
    CHECK(f.root.stat_at("d/copy", Follow::no)->links == 2);
    CHECK(error_of(f.root.link_at("inside.txt", Follow::no, f.root, "d/copy")) == EEXIST);
    CHECK(error_of(f.root.link_at("inside.txt", Follow::no, f.root, "d/new/")) == ENOENT);
    CHECK(error_of(f.root.link_at("inside.txt/", Follow::no, f.root, "d/x")) == ENOTDIR);
    CHECK(error_of(f.root.link_at("inside.txt", Follow::yes, f.root, "d/x")) == EINVAL);
    CHECK(f.root.unlink_file_at("d/copy").has_value());
    CHECK(f.root.symlink_at("../inside.txt", "d/l").has_value());
    CHECK(read_all(*f.root.open_at("d/l", {})) == "mine");
    CHECK(error_of(f.root.symlink_at("x", "d/l")) == EEXIST);
    CHECK(error_of(f.root.symlink_at("x", "d/new/")) == ENOENT);
    CHECK(error_of(f.root.symlink_at("x", "d/")) == EEXIST);
    CHECK(error_of(f.root.symlink_at("/x", "d/m")) == EPERM);
    CHECK(error_of(f.root.symlink_at("", "d/m")) == ENOENT);
    CHECK(f.root.rename_at("d/l", f.root, "l").has_value());
    CHECK(error_of(f.root.rename_at("inside.txt/", f.root, "x")) == ENOTDIR);
    CHECK(error_of(f.root.rename_at("inside.txt", f.root, "x/")) == ENOTDIR);
    CHECK(error_of(f.root.rename_at("none", f.root, "x")) == ENOENT);
    CHECK(f.root.rename_at("d/", f.root, "e/").has_value());
    CHECK(f.root.unlink_file_at("l").has_value());
    CHECK(f.world.has("box/inside.txt"));
    REQUIRE(f.denials.size() == 1);
    CHECK(f.denials[0].subject == "/x");
    CHECK(f.denials[0].missing_grant.empty());  // no grant makes a link absolute
  });
}

TEST_CASE("a file moves from one grant to another") {
  with_both([](Resolver r) {
    Fixture f(r);
    const Descriptor other = f.open("other", DirAccess::read_write);
    CHECK(f.root.rename_at("inside.txt", other, "moved.txt").has_value());
    CHECK(f.world.get("other/moved.txt") == "mine");
  });
}

TEST_CASE("times are set to a moment, to now and not at all") {
  with_both([](Resolver r) {
    Fixture f(r);
    using Kind = NewTime::Kind;
    const NewTime then{.kind = Kind::at, .time = {.tv_sec = 1000, .tv_nsec = 5}};
    CHECK(f.root.set_times_at("inside.txt", Follow::yes, {}, then).has_value());
    auto s = f.root.stat_at("inside.txt", Follow::yes);
    CHECK(s->modification.tv_sec == 1000);
    CHECK(s->modification.tv_nsec == 5);
    CHECK(s->access.tv_sec != 1000);
    f.world.symlink("inside.txt", "box/l");
    CHECK(f.root.set_times_at("l", Follow::no, then, then).has_value());
    CHECK(f.root.stat_at("l", Follow::no)->access.tv_sec == 1000);
    CHECK(f.root.stat_at("inside.txt", Follow::no)->access.tv_sec != 1000);
    auto file = f.root.open_at("inside.txt", {});
    CHECK(file->set_times({}, {.kind = Kind::now}).has_value());
    CHECK(file->stat()->modification.tv_sec > 1000);
    CHECK(error_of(file->set_times({.kind = Kind::at, .time = {.tv_sec = 1, .tv_nsec = 1'000'000'000}}, {})) == EINVAL);
    CHECK(error_of(f.root.set_times_at("inside.txt/", Follow::yes, then, then)) == ENOTDIR);
  });
}

TEST_CASE("a directory lists its entries, again after going back") {
  Fixture f(Resolver::automatic);
  f.world.symlink("x", "box/l");
  auto entries = f.root.entries();
  REQUIRE(entries);
  const auto names = [&] {
    std::vector<std::string> out;
    for (;;) {
      auto e = entries->next();
      REQUIRE(e);
      if (!*e) break;
      out.push_back((*e)->name);
      if ((*e)->name == "l") CHECK((*e)->type == Type::symbolic_link);
      if ((*e)->name == "sub") CHECK((*e)->type == Type::directory);
    }
    std::sort(out.begin(), out.end());
    return out;
  };
  CHECK(names() == std::vector<std::string>{"inside.txt", "l", "sub"});
  CHECK(names().empty());
  f.world.put("box/later", "");
  entries->rewind();
  CHECK(names() == std::vector<std::string>{"inside.txt", "l", "later", "sub"});
}

TEST_CASE("descriptors are bounded, counted and given back") {
  Fixture f(Resolver::automatic, DirAccess::read_write, 4);
  auto a = f.root.open_at("inside.txt", {});
  auto b = f.root.open_at("sub", {});
  auto c = f.root.duplicate();
  REQUIRE(a);
  REQUIRE(b);
  REQUIRE(c);
  CHECK(f.sandbox->open_count() == 4);
  CHECK(error_of(f.root.open_at("inside.txt", {})) == EMFILE);
  CHECK(error_of(f.root.entries()) == EMFILE);
  CHECK(error_of(f.root.duplicate()) == EMFILE);
  *a = std::move(*b);
  CHECK(f.sandbox->open_count() == 3);
  for (int i = 0; i < 100; ++i) CHECK_FALSE(f.root.open_at("none", {}).has_value());
  CHECK(f.sandbox->open_count() == 3);
  CHECK(f.root.entries().has_value());
  CHECK(f.sandbox->open_count() == 3);
}

TEST_CASE("running out of the host's descriptors is an error and not the end") {
  with_both([](Resolver r) {
    Fixture f(r);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(next);
    rlimit low = before;
    low.rlim_cur = static_cast<rlim_t>(next);
    ::setrlimit(RLIMIT_NOFILE, &low);
    const int opened = error_of(f.root.open_at("inside.txt", {}));
    const int looked = error_of(f.root.stat_at("sub/deep/file.txt", Follow::yes));
    const int listed = error_of(f.root.entries());
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(opened == EMFILE);
    CHECK(looked == EMFILE);
    CHECK(listed == EMFILE);
    CHECK(f.root.open_at("inside.txt", {}).has_value());
    CHECK(preview1_errno_of(Errno{EMFILE}) == 33);
  });
}

TEST_CASE("nothing that is opened survives exec") {
  with_both([](Resolver r) {
    Fixture f(r);
    auto file = f.root.open_at("sub/deep/file.txt", {});
    REQUIRE(file);
    for (const Descriptor* d : {&f.root, &*file}) CHECK((::fcntl(d->host_fd(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(file->duplicate()->host_fd(), F_GETFD) & FD_CLOEXEC) != 0);
  });
}

TEST_CASE("a FIFO is opened without waiting, read, and a broken one does not end the process") {
  Fixture f(Resolver::automatic);
  REQUIRE(::mkfifo(f.world.absolute("box/fifo").c_str(), 0600) == 0);
  CHECK(error_of(f.root.open_at("fifo", {.write = true})) == ENXIO);
  auto reader = f.root.open_at("fifo", {.read = true});
  REQUIRE(reader);
  CHECK(reader->type() == Type::fifo);
  CHECK_FALSE(reader->is_seekable());
  {
    auto writer = f.root.open_at("fifo", {.write = true});
    REQUIRE(writer);
    CHECK(write_at(*writer, "abc", 77) == 3);
    CHECK(read_all(*reader, 99) == "abc");
    reader = fail(EBADF);  // closes it
    std::string byte = "x";
    const iovec one = vec(byte);
    CHECK(error_of(writer->write({&one, 1}, 0)) == EPIPE);
  }
}

TEST_CASE("sockets and devices are refused and explained, before they are opened") {
  with_both([](Resolver resolver) {
    Fixture f(resolver);
    const int s = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
    f.world.absolute("box/socket").copy(name.sun_path, sizeof name.sun_path - 1);
    REQUIRE(::bind(s, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    // Opening one fails with ENXIO: that is never tried.
    CHECK(error_of(f.root.open_at("socket", {})) == EPERM);
    CHECK(error_of(f.root.open_at("socket", {.write = true})) == EPERM);
    CHECK(error_of(f.root.open_at("socket", {.create = true, .exclusive = true})) == EEXIST);
    CHECK(error_of(f.root.open_at("socket", {.directory = true})) == ENOTDIR);
    REQUIRE(f.root.symlink_at("socket", "to-socket"));
    CHECK(error_of(f.root.open_at("to-socket", {})) == EPERM);
    CHECK(error_of(f.root.open_at("to-socket", {.follow = Follow::no})) == ELOOP);
    f.denials.clear();
    CHECK(f.root.stat_at("socket", Follow::no)->type == Type::socket);
    ::close(s);
    auto dev = Descriptor::open_root(f.sandbox, "/dev", "/dev", DirAccess::read_only);
    REQUIRE(dev);
    CHECK(error_of(dev->open_at("zero", {})) == EPERM);
    REQUIRE(f.denials.size() == 1);
    CHECK(f.denials[0].operation == "open-at");
    CHECK(f.denials[0].subject == "/dev/zero");
    CHECK(f.denials[0].missing_grant.empty());
    CHECK(error_of(Descriptor::open_root(f.sandbox, "/proc", "/proc", DirAccess::read_only)) == EPERM);
  });
}

TEST_CASE("a denial names the operation, the path and the grant that would allow it") {
  with_both([](Resolver r) {
    Fixture f(r);
    f.world.symlink(f.world.absolute("outside/secret.txt"), "box/l");
    f.world.symlink("../outside", "box/d");
    const auto last = [&] {
      REQUIRE_FALSE(f.denials.empty());
      return f.denials.back();
    };
    CHECK(error_of(f.root.open_at("../etc/passwd", {})) == EPERM);
    CHECK(last().operation == "open-at");
    CHECK(last().subject == "/etc/passwd");
    CHECK(last().missing_grant == "--dir /etc");
    CHECK(error_of(f.root.stat_at("/etc/shadow", Follow::yes)) == EPERM);
    CHECK(last().operation == "stat-at");
    CHECK(last().subject == "/etc/shadow");
    CHECK(last().missing_grant == "--dir /etc");
    CHECK(error_of(f.root.open_at("l", {})) == EPERM);
    CHECK(last().subject == "/data/l");
    CHECK(last().missing_grant == "--dir " + f.world.absolute("outside"));
    CHECK(error_of(f.root.unlink_file_at("d/secret.txt")) == EPERM);
    CHECK(last().operation == "unlink-file-at");
    CHECK(last().missing_grant == "--dir " + f.world.absolute("outside"));
    auto sub = f.root.open_at("sub", {});
    CHECK(error_of(sub->open_at("../../x/y", {})) == EPERM);
    CHECK(last().subject == "/x/y");
    const std::size_t count = f.denials.size();
    CHECK(error_of(f.root.open_at("none", {})) == ENOENT);  // not there is not a denial
    CHECK(f.denials.size() == count);
  });
}

TEST_CASE("what a read-only grant forbids is EROFS and names the grant without ::ro") {
  with_both([](Resolver r) {
    Fixture f(r, DirAccess::read_only);
    CHECK_FALSE(f.root.can_mutate());
    CHECK(error_of(f.root.open_at("inside.txt", {.write = true})) == EROFS);
    REQUIRE(f.denials.size() == 1);
    CHECK(f.denials[0].subject == "/data/inside.txt");
    CHECK(f.denials[0].missing_grant == "--dir " + f.world.absolute("box") + "::/data without ::ro");
    CHECK(error_of(f.root.open_at("sub", {.directory = true, .mutate_directory = true})) == EROFS);
    CHECK(error_of(f.root.create_directory_at("x")) == EROFS);
    CHECK(error_of(f.root.open_at("../x", {.write = true})) == EPERM);  // outside comes first
    auto file = f.root.open_at("inside.txt", {.read = true});
    REQUIRE(file);
    CHECK(read_all(*file) == "mine");
    CHECK(error_of(file->set_size(0)) == EROFS);
    CHECK(f.denials.back().operation == "set-size");
    CHECK(f.denials.back().subject == "/data/inside.txt");
    CHECK(error_of(file->set_times({}, {})) == EROFS);
    CHECK(f.world.get("box/inside.txt") == "mine");
  });
}

namespace {

/// Runs `child` in a process in which openat2 fails with `number`, as under an older kernel or a filter; its result.
int in_process_without_openat2(int number, int (*child)()) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    const sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(number)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{.len = 4, .filter = const_cast<sock_filter*>(code)};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) ::_exit(77);
    ::_exit(child());
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("where openat2 is missing or forbidden we walk") {
  for (const int number : {ENOSYS, EPERM}) {
    const int result = in_process_without_openat2(number, [] {
      World world;
      auto sandbox = std::make_shared<Sandbox>();
      auto root = Descriptor::open_root(sandbox, world.absolute("box").c_str(), "/", DirAccess::read_write);
      int out = 1;
      if (root && !sandbox->uses_openat2() && root->open_at("sub/deep/file.txt", {}) && error_of(root->open_at("../outside", {})) == EPERM) out = 0;
      return out;
    });
    if (result == 77) {
      MESSAGE("seccomp filters cannot be installed here");
      return;
    }
    CHECK(result == 0);
  }
}
