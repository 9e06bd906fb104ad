#include "runtime/precompiled/image.h"
#include "wcomp_code_id.h"  // generated: WCOMP_CODE_ID

namespace wcomp::precompiled {

std::string_view code_id() { return WCOMP_CODE_ID; }

}  // namespace wcomp::precompiled
