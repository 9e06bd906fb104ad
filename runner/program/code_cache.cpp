// An executable brings its code with it and neither looks for more nor keeps any, so none of what does so is in it.
#include "engine/jit/code_cache.h"

namespace wcomp::engine::jit {

cache::FileStamp program_stamp() { return {}; }
std::shared_ptr<LoadedCode> find_kept(const cache::Cache&, const core::Module&, const CompileOptions&) { return nullptr; }
void keep(const cache::Cache&, const core::Module&, const CodeView&) {}

}  // namespace wcomp::engine::jit
