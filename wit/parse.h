// One file of WIT text to its tree.
//
// The grammar (grammar.cpp) describes single items; what surrounds them, the bodies in braces, is walked here, item by item. So a mistake
// costs one item: it is reported at the furthest token that any rule reached, with what would have been allowed there, and reading goes
// on at the next item. A tree of a file with errors lacks the broken items; the report says that there were errors, and nobody must take
// such a tree for the whole truth. Nesting of types is bounded; bodies nest only as deep as WIT's own rules.
#pragma once

#include "wit/ast.h"
#include "wit/lexer.h"
#include "wit/report.h"

namespace wcomp::wit {

[[nodiscard]] ast::File parse(SourceId source, Report& report);

}  // namespace wcomp::wit
