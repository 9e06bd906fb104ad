// Parsed files to a Graph.
//
// Stages, each a file of this folder that takes the result of the one before:
//   collect   groups of files -> packages, their definitions (interfaces and worlds) and the scopes in which paths are looked up
//   gates     which definitions and items are there at all, given features and a target version
//   order     packages and definitions sorted so that everything comes after what it uses; cycles end here
//   define    types, functions and worlds as written, one definition at a time, into the graph
//   worlds    `include`, and making the imports explicit that `use` implies
// Every stage reports all it finds and goes on with what is sound: a name that failed is remembered as failed and its users stay silent,
// so one mistake gives one message. The graph is meaningful only if nothing was reported.
#pragma once

#include <span>

#include "wit/graph.h"
#include "wit/load.h"
#include "wit/report.h"
#include "wit/wit.h"

namespace wcomp::wit {

[[nodiscard]] Graph resolve(std::span<const SourceGroup> groups, const Options& options, Report& report);

}  // namespace wcomp::wit
