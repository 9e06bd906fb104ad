// wasi:filesystem as a guest meets it: the shapes of WASI 0.2 over wasi/files.
#include "wasi/filesystem.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "tests/wasi/tricks/guest.h"

namespace {

using namespace wcomp::wasi;
using fs_types::DescriptorFlags;
using fs_types::DescriptorType;
using fs_types::ErrorCode;
using fs_types::NewTimestamp;
using fs_types::OpenFlags;
using fs_types::PathFlags;
using tricks::World;

struct Fixture {
  explicit Fixture(DirAccess access = DirAccess::read_write) {
    context = ContextAccess::take(Context().dir(world.base / "box", "/data", access));
    REQUIRE(context->open_grants());
    auto directories = Preopens(*context).get_directories();
    REQUIRE(directories.size() == 1);
    CHECK(std::get<1>(directories[0]) == "/data");
    root = std::move(std::get<0>(directories[0]));
  }
  std::unique_ptr<fs_types::Descriptor> open(const char* path, OpenFlags open_flags, DescriptorFlags flags) {
    auto out = root->open_at(PathFlags::symlink_follow, path, open_flags, flags);
    REQUIRE(out);
    return std::move(*out);
  }
  World world;
  std::unique_ptr<ContextImpl> context;
  std::unique_ptr<fs_types::Descriptor> root;
};

std::span<const std::uint8_t> bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
std::string text(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }
bool is_closed(const io_streams::StreamError& e) { return e.is<io_streams::StreamError::Closed>(); }
constexpr DescriptorFlags read_write = DescriptorFlags::read | DescriptorFlags::write;

}  // namespace

TEST_CASE("reads and writes say their offsets, and the end when there is nothing more") {
  Fixture f;
  auto file = f.open("new.txt", OpenFlags::create, read_write);
  CHECK(*file->write(bytes("hello world"), 0) == 11);
  CHECK(*file->write(bytes("W"), 6) == 1);
  auto some = file->read(5, 6);
  CHECK(text(std::get<0>(*some)) == "World");
  CHECK_FALSE(std::get<1>(*some));
  CHECK(std::get<1>(*file->read(5, 11)));
  CHECK(std::get<0>(*file->read(0, 0)).empty());
  CHECK(text(std::get<0>(*file->read(std::numeric_limits<std::uint64_t>::max(), 0))) == "hello World");  // no allocation of that size
  CHECK(file->read(1, std::numeric_limits<std::uint64_t>::max()).error() == ErrorCode::invalid);
  CHECK(file->stat()->size == 11);
  CHECK(file->stat()->type == DescriptorType::regular_file);
  CHECK(file->stat()->data_modification_timestamp->seconds > 1'600'000'000);
  CHECK(file->set_size(3).has_value());
  CHECK(file->advise(0, 0, fs_types::Advice::sequential).has_value());
  CHECK(file->sync().has_value());
  CHECK(file->sync_data().has_value());
  CHECK(f.world.get("box/new.txt") == "hel");
}

TEST_CASE("streams go on from their offset, append at the end, and outlive the descriptor") {
  Fixture f;
  auto file = f.open("s.txt", OpenFlags::create, read_write);
  auto out = file->write_via_stream(0);
  REQUIRE(out);
  CHECK(*(*out)->check_write() >= 4096);
  CHECK((*out)->write(bytes("one ")).has_value());
  CHECK((*out)->blocking_write_and_flush(bytes("two ")).has_value());
  auto end = file->append_via_stream();
  REQUIRE(end);
  CHECK((*end)->blocking_write_and_flush(bytes("three")).has_value());
  CHECK((*end)->blocking_flush().has_value());
  auto in = file->read_via_stream(4);
  REQUIRE(in);
  file.reset();
  CHECK((*in)->subscribe()->ready());
  CHECK(text(*(*in)->blocking_read(4)) == "two ");
  CHECK(*(*in)->skip(2) == 2);
  CHECK(text(*(*in)->read(100)) == "ree");
  CHECK(is_closed((*in)->read(100).error()));
  CHECK(f.world.get("box/s.txt") == "one two three");
}

TEST_CASE("a FIFO has no positions; its streams say when there is something") {
  Fixture f;
  REQUIRE(::mkfifo(f.world.absolute("box/fifo").c_str(), 0600) == 0);
  auto reader = f.open("fifo", {}, DescriptorFlags::read);
  auto writer = f.open("fifo", {}, DescriptorFlags::write);
  CHECK(*reader->get_type() == DescriptorType::fifo);
  CHECK(reader->read(1, 0).error() == ErrorCode::invalid_seek);
  CHECK(writer->write(bytes("x"), 0).error() == ErrorCode::invalid_seek);
  auto in = reader->read_via_stream(0);
  auto out = writer->write_via_stream(0);
  REQUIRE(in);
  REQUIRE(out);
  CHECK_FALSE((*in)->subscribe()->ready());
  CHECK((*in)->read(10)->empty());
  CHECK((*out)->blocking_write_and_flush(bytes("abc")).has_value());
  CHECK((*in)->subscribe()->ready());
  CHECK(text(*(*in)->read(10)) == "abc");
  out->reset();
  writer.reset();
  CHECK(is_closed((*in)->read(10).error()));
}

TEST_CASE("a stream's failure is a filesystem error with its code") {
  Fixture f;
  auto file = f.open("inside.txt", {}, read_write);
  auto out = file->write_via_stream(std::numeric_limits<std::uint64_t>::max());
  REQUIRE(out);
  auto done = (*out)->blocking_write_and_flush(bytes("x"));
  REQUIRE_FALSE(done);
  auto* failed = done.error().get_if<io_streams::StreamError::LastOperationFailed>();
  REQUIRE(failed != nullptr);
  CHECK(FilesystemTypes().filesystem_error_code(*failed->value) == ErrorCode::invalid);
  ErrorObject other(0);
  CHECK_FALSE(FilesystemTypes().filesystem_error_code(other).has_value());
  CHECK(is_closed((*out)->check_write().error()));
}

TEST_CASE("a descriptor says how it was opened, and does no more") {
  Fixture f;
  CHECK(*f.root->get_flags() == (DescriptorFlags::read | DescriptorFlags::mutate_directory));
  CHECK(*f.root->get_type() == DescriptorType::directory);
  auto reader = f.open("inside.txt", {}, DescriptorFlags::read);
  CHECK(*reader->get_flags() == DescriptorFlags::read);
  CHECK(reader->write(bytes("x"), 0).error() == ErrorCode::bad_descriptor);
  CHECK(reader->write_via_stream(0).error() == ErrorCode::bad_descriptor);
  CHECK(reader->append_via_stream().error() == ErrorCode::bad_descriptor);
  CHECK(reader->read_directory().error() == ErrorCode::not_directory);
  CHECK(reader->create_directory_at("x").error() == ErrorCode::not_directory);
  auto writer = f.open("inside.txt", {}, DescriptorFlags::write | DescriptorFlags::data_integrity_sync);
  CHECK(*writer->get_flags() == (DescriptorFlags::write | DescriptorFlags::data_integrity_sync));
  CHECK(writer->read(1, 0).error() == ErrorCode::bad_descriptor);
  CHECK(writer->read_via_stream(0).error() == ErrorCode::bad_descriptor);
  CHECK(f.root->read(1, 0).error() == ErrorCode::bad_descriptor);
  CHECK(f.root->write(bytes("x"), 0).error() == ErrorCode::bad_descriptor);
  CHECK(f.root->set_size(0).error() == ErrorCode::bad_descriptor);
}

TEST_CASE("names are looked at, linked, moved and removed") {
  Fixture f;
  CHECK(f.root->create_directory_at("d").has_value());
  CHECK(f.root->symlink_at("../inside.txt", "d/l").has_value());
  CHECK(*f.root->readlink_at("d/l") == "../inside.txt");
  CHECK(f.root->stat_at({}, "d/l")->type == DescriptorType::symbolic_link);
  CHECK(f.root->stat_at(PathFlags::symlink_follow, "d/l")->size == 4);
  CHECK(f.root->link_at({}, "inside.txt", *f.root, "d/copy").has_value());
  CHECK(f.root->link_at(PathFlags::symlink_follow, "d/l", *f.root, "d/copy2").error() == ErrorCode::invalid);
  CHECK(*f.root->metadata_hash_at({}, "d/copy") == *f.root->metadata_hash_at(PathFlags::symlink_follow, "d/l"));
  CHECK_FALSE(*f.root->metadata_hash_at({}, "d/l") == *f.root->metadata_hash());
  auto a = f.open("inside.txt", {}, DescriptorFlags::read), b = f.open("d/copy", {}, DescriptorFlags::read);
  CHECK(a->is_same_object(*b));
  CHECK_FALSE(a->is_same_object(*f.root));
  CHECK(f.root->rename_at("d/copy", *f.root, "moved").has_value());
  CHECK(f.root->unlink_file_at("d/l").has_value());
  CHECK(f.root->remove_directory_at("d").has_value());
  CHECK(f.root->stat_at({}, "d").error() == ErrorCode::no_entry);
}

TEST_CASE("times are set, and those that do not exist are refused") {
  Fixture f;
  const NewTimestamp then{NewTimestamp::Timestamp{{.seconds = 1000, .nanoseconds = 7}}};
  CHECK(f.root->set_times_at({}, "inside.txt", NewTimestamp::NoChange{}, then).has_value());
  CHECK(*f.root->stat_at({}, "inside.txt")->data_modification_timestamp == fs_types::Datetime{.seconds = 1000, .nanoseconds = 7});
  auto file = f.open("inside.txt", {}, DescriptorFlags::read);
  CHECK(file->set_times(then, NewTimestamp::Now{}).has_value());
  CHECK(file->stat()->data_access_timestamp->seconds == 1000);
  CHECK(file->set_times(NewTimestamp::Timestamp{{.seconds = ~std::uint64_t{0}, .nanoseconds = 0}}, then).error() == ErrorCode::overflow);
  CHECK(file->set_times(NewTimestamp::Timestamp{{.seconds = 0, .nanoseconds = 1'000'000'000}}, then).error() == ErrorCode::invalid);
}

TEST_CASE("a directory gives its entries; a name that is not UTF-8 is an error in its place") {
  Fixture f;
  f.world.put("box/bad\xff", "");
  auto entries = f.root->read_directory();
  REQUIRE(entries);
  int good = 0, bad = 0;
  for (;;) {
    auto entry = (*entries)->read_directory_entry();
    if (!entry) {
      CHECK(entry.error() == ErrorCode::illegal_byte_sequence);
      ++bad;
      continue;
    }
    if (!*entry) break;
    CHECK(((*entry)->name == "inside.txt" || (*entry)->name == "sub"));
    CHECK((*entry)->type == ((*entry)->name == "sub" ? DescriptorType::directory : DescriptorType::regular_file));
    ++good;
  }
  CHECK(good == 2);
  CHECK(bad == 1);
}

TEST_CASE("opening outside is not permitted; changing a read-only grant is read-only") {
  Fixture f(DirAccess::read_only);
  CHECK(f.root->open_at(PathFlags::symlink_follow, "../outside/secret.txt", {}, DescriptorFlags::read).error() == ErrorCode::not_permitted);
  CHECK(f.root->open_at({}, "inside.txt", {}, DescriptorFlags::write).error() == ErrorCode::read_only);
  CHECK(f.root->open_at({}, "new", OpenFlags::create, DescriptorFlags::read).error() == ErrorCode::read_only);
  CHECK(f.root->create_directory_at("d").error() == ErrorCode::read_only);
  CHECK(*f.root->get_flags() == DescriptorFlags::read);
}

TEST_CASE("an errno without a name in WASI is io") {
  CHECK(error_code_of(files::Errno{ENOENT}) == ErrorCode::no_entry);
  CHECK(error_code_of(files::Errno{EXDEV}) == ErrorCode::cross_device);
  CHECK(error_code_of(files::Errno{ECHILD}) == ErrorCode::io);
  CHECK(files::preview1_errno_of(files::Errno{ECHILD}) == 29);
  CHECK(files::preview1_errno_of(files::Errno{EXDEV}) == 75);
}

TEST_CASE("a grant that cannot be opened is named, and standard input can be a file") {
  World world;
  auto missing = ContextAccess::take(Context().dir(world.base / "none", "/d"));
  auto opened = missing->open_grants();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().first().message == "cannot grant the directory `" + world.absolute("none") + "`: No such file or directory");
  auto file = ContextAccess::take(Context().dir(world.base / "box/inside.txt", "/d"));
  CHECK_FALSE(file->open_grants());
  auto proc = ContextAccess::take(Context().dir("/proc", "/proc"));
  auto refused = proc->open_grants();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().first().notes.size() == 1);
  auto nameless = ContextAccess::take(Context().dir(world.base, ""));
  auto bad = nameless->open_grants();
  REQUIRE_FALSE(bad);
  CHECK(bad.error().first().code == "bad-usage");
  auto input = ContextAccess::take(Context().stdin_file(world.base / "box/inside.txt"));
  REQUIRE(input->open_grants());
  std::uint8_t buffer[10];
  CHECK(input->input->read(buffer).count == 4);
  CHECK(input->input->read(buffer).is_end);
  CHECK_FALSE(ContextAccess::take(Context().stdin_file(world.base / "none"))->open_grants());
  CHECK(ContextAccess::take(Context().stdin_file(world.base / "none").stdin_bytes("x"))->open_grants());  // the later call counts
}
