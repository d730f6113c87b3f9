//===- Mutate.h - files that are almost right ---------------------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_FUZZ_MUTATE_H
#define NIBBLE_TEST_TOOLS_FUZZ_MUTATE_H

#include "llvm/ADT/StringRef.h"
#include <random>
#include <string>

namespace nibble::fuzz {

/// Damages the content of a file in one to four places: cut off, bits flipped, bytes set to extremes, a piece removed, repeated or
/// replaced by a long variable-length integer. The same state of `random` gives the same result everywhere.
std::string mutate(llvm::StringRef content, std::mt19937_64 &random);

} // namespace nibble::fuzz

#endif // NIBBLE_TEST_TOOLS_FUZZ_MUTATE_H
