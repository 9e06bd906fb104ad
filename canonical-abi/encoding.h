// Encodings of strings at a component boundary. CanonicalABI.md `string-encoding`.
#pragma once
#include "wcomp/crossing.h"
namespace wcomp::cabi {
using StringEncoding = wcomp::StringEncoding;
}
