//===- Prefetch.h - what a register tile fetches for the tiles behind it ------------------------------===//
//
// A tile multiplies few rows by a whole panel of the filter. What comes from further away than the second level cache holds it
// up: there are too many bytes for its products. So the tiles before it fetch, a line every few steps,
//
//   the next panel of the filter, each tile of this panel a part of it;
//   the pixels of the next tile, where the caches do not hold the whole input.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_PREFETCH_H
#define NIBBLE_LIB_TARGET_X86_PREFETCH_H

#include "mlir/IR/Builders.h"
#include <cstdint>

namespace nibble::x86 {

/// A stretch of a flat buffer that one tile brings into the second level cache.
struct Prefetch {
  mlir::Value flat, first;
  /// In elements.
  int64_t size;
};

/// Spreads a stretch over the iterations of a tile's loops. Whole cache lines are fetched, so that it may be more than was asked
/// for, but nothing outside of the buffer.
class PrefetchEmitter {
public:
  /// `numRuns` times a loop of `numIterations`.
  PrefetchEmitter(mlir::OpBuilder &builder, mlir::Location loc, Prefetch prefetch, int64_t numRuns, int64_t numIterations);

  /// The share of iteration `step / stepsPerIteration` of a run.
  void emit(mlir::Value run, mlir::Value step, int64_t stepsPerIteration) const;

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
  Prefetch prefetch;
  int64_t numIterations;
  /// Elements of a cache line, and those of one iteration: whole lines, 0 when the buffer is too small.
  int64_t lineSize, iterationSize;
};

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_PREFETCH_H
