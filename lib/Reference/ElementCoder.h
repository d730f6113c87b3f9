//===- ElementCoder.h - between numbers and codes, some elements at a time ---------------------------===//

#ifndef NIBBLE_LIB_REFERENCE_ELEMENTCODER_H
#define NIBBLE_LIB_REFERENCE_ELEMENTCODER_H

#include "BlockParameters.h"
#include "BlockRuns.h"
#include "ScalarProgram.h"
#include <memory>

namespace nibble::reference {

/// Elements in a row, each with the parameters of its block. What a scheme has not is not read.
struct Lanes {
  int64_t size = 0;
  float values[maxLanes];
  int32_t codes[maxLanes];
  float scales[2][maxLanes], minima[maxLanes];
  int32_t zeroPoints[maxLanes];

  /// Appends a lane with the parameters of a block.
  void push(const BlockParameters &parameters, int64_t block, int64_t outerBlock);
};

/// The arithmetic of a scheme: docs/Spec.md, "quantize" and "dequantize".
class ElementCoder {
public:
  virtual ~ElementCoder() = default;
  /// Emits an error at `op` for what the interpreter does not support or does not find.
  static mlir::FailureOr<std::unique_ptr<ElementCoder>> create(mlir::Operation *op, SchemeAttr scheme);

  /// Makes codes of values, and values of codes. The meaning of a declared scheme can fail, with an error at its op.
  virtual mlir::LogicalResult encode(Lanes &lanes) const = 0;
  virtual mlir::LogicalResult decode(Lanes &lanes) const = 0;
  /// The smallest and largest level, and the magnitude that the absolute maximum of a block gets. Emits an error at `op` when values
  /// are not proportional to the scale.
  struct Levels {
    float min, max, magnitude;
  };
  virtual mlir::FailureOr<Levels> getLevels(mlir::Operation *op) const = 0;
};

/// Calls `function(lanes, first)` for all elements of a tensor of `shape` in row-major order; lanes have parameters and nothing
/// else. Stops at the first failure.
template <typename Function>
mlir::LogicalResult forEachLanes(SchemeAttr scheme, mlir::ArrayRef<int64_t> shape, const BlockParameters &parameters,
                                 Function function) {
  auto lanes = std::make_unique<Lanes>();
  int64_t first = 0;
  bool hasFailed = false;
  auto flush = [&] {
    hasFailed = hasFailed || failed(function(*lanes, first));
    first += lanes->size;
    lanes->size = 0;
  };
  forEachRun(scheme, shape, [&](int64_t begin, int64_t end, int64_t block, int64_t outerBlock) {
    for (; begin < end && !hasFailed; ++begin) {
      lanes->push(parameters, block, outerBlock);
      if (lanes->size == maxLanes)
        flush();
    }
  });
  if (lanes->size && !hasFailed)
    flush();
  return mlir::failure(hasFailed);
}

} // namespace nibble::reference

#endif // NIBBLE_LIB_REFERENCE_ELEMENTCODER_H
