//===- Prefetch.cpp - what a register tile fetches for the tiles behind it ----------------------------===//

#include "Prefetch.h"
#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace nibble::x86;

static constexpr int64_t cacheLineSizeInBytes = 64;
// Of memref.prefetch: into the second level cache; the first is full of what is being multiplied.
static constexpr unsigned localityHint = 2;

PrefetchEmitter::PrefetchEmitter(OpBuilder &builder, Location loc, Prefetch prefetch, int64_t numRuns, int64_t numIterations)
    : builder(builder), loc(loc), prefetch(prefetch), numIterations(numIterations) {
  auto type = cast<MemRefType>(prefetch.flat.getType());
  lineSize = cacheLineSizeInBytes * 8 / type.getElementTypeBitWidth();
  iterationSize = llvm::alignTo(llvm::divideCeil(prefetch.size, numRuns * numIterations), lineSize);
  int64_t last = type.getNumElements() - numRuns * numIterations * iterationSize;
  if (last < 0) {
    iterationSize = 0;
    return;
  }
  this->prefetch.first = arith::MinUIOp::create(builder, loc, prefetch.first, arith::ConstantIndexOp::create(builder, loc, last));
}

void PrefetchEmitter::emit(Value run, Value step, int64_t stepsPerIteration) const {
  if (iterationSize == 0)
    return;
  // iterationSize / stepsPerIteration need not be a whole number.
  Value steps = arith::ConstantIndexOp::create(builder, loc, stepsPerIteration);
  Value iteration = builder.createOrFold<arith::DivUIOp>(loc, step, steps);
  Value first = add(builder, loc, prefetch.first, scale(builder, loc, run, numIterations * iterationSize));
  first = add(builder, loc, first, scale(builder, loc, iteration, iterationSize));
  for (int64_t element = 0; element < iterationSize; element += lineSize)
    memref::PrefetchOp::create(builder, loc, prefetch.flat, ValueRange{addConstant(builder, loc, first, element)},
                               /*isWrite=*/false, localityHint, /*isDataCache=*/true);
}
