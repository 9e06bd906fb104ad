// Programs that an earlier process compiled, found in the cache: images under keys of what the file held, which program compiled it, and with
// which features and options. What is found was valid when it was kept, so that nothing of it is decoded, validated or compiled again.
//
// A file that has not changed since is not even read: the cache remembers what its content hashes to (cache/cache.h). It is for who loads a program
// from a file; the image is written when it is instantiated for the first time, for then it is known that it is wanted, and without fuel. Whatever is
// wrong with the cache means that nothing is found, or kept.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "cache/cache.h"
#include "runtime/engine_impl.h"
#include "runtime/precompiled/place.h"
#include "runtime/precompiled/precompiled.h"

namespace wcomp::precompiled {

/// Files that are smaller are compiled in less time than a file of the cache is opened.
inline constexpr std::uint64_t min_kept_file = 4096;

/// A file that is being loaded.
class KeptFile {
 public:
  /// `is_component`: what is looked for in it.
  KeptFile(const Engine& engine, const std::filesystem::path& path, bool is_component);
  /// What is known of the file without reading it.
  [[nodiscard]] std::optional<Program> find();
  /// The same for what it holds.
  [[nodiscard]] std::optional<Program> find(ByteSpan content);
  /// Where a program goes that was loaded of that content because none was found; null: nowhere.
  [[nodiscard]] std::shared_ptr<Place> place() const;

 private:
  [[nodiscard]] std::optional<Program> find_key() const;
  Engine engine_;
  std::string name_;
  bool is_component_;
  std::shared_ptr<const cache::Cache> cache_;  // owners: an engine and this. Null: nothing is looked for
  std::optional<cache::FileStamp> stamp_;
  std::optional<cache::Key> key_;
};
}  // namespace wcomp::precompiled
