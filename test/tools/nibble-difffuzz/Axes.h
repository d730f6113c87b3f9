//===- Axes.h - what cases are about ------------------------------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_DIFFFUZZ_AXES_H
#define NIBBLE_TEST_TOOLS_DIFFFUZZ_AXES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace nibble::difffuzz {

/// How the extent of the last dimension, along which kernels are vectors, meets their tiles.
enum class Tail { One, Prime, Full, Around, Large };

llvm::ArrayRef<Tail> getTails();
llvm::StringRef getName(Tail tail);

/// One combination that is counted: an op on codes of a codec, with a way of storing or an epilogue, for a class of extents.
struct Cell {
  /// `conv`, `contract`, …
  std::string op;
  /// A codec of `#nibble.scheme`, or `f32` without a scheme.
  std::string codec;
  /// The epilogue of a contraction, the blocks of a conversion, or the function of an elementwise op.
  std::string variant;
  Tail tail = Tail::One;
};

/// `conv, u8, relu, prime`.
std::string getName(const Cell &cell);

/// All combinations, in a fixed order.
const std::vector<Cell> &getCells();

} // namespace nibble::difffuzz

#endif // NIBBLE_TEST_TOOLS_DIFFFUZZ_AXES_H
