//===- PlainTensors.cpp - tensors of floats ---------------------------------------------------------------===//

#include "CheckpointReader.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::checkpoint;

namespace nibble::checkpoint {

/// Floats that stand for themselves. Integers are no weights (positions, masks) unless their name says so.
void findPlainTensors(CheckpointReader &reader) {
  for (const StoredTensor *tensor : reader.getFreeTensors()) {
    StringRef encoding = tensor->encoding.name;
    if (llvm::is_contained({"f16", "bf16", "f32", "f64"}, encoding)) {
      Type type = getFloatType(encoding, reader.getContext());
      reader.addWeight({tensor->name, tensor->shape, /*isQuantized=*/false,
                        [=]() -> llvm::Expected<StoredWeight> {
                          return StoredWeight{nullptr, copyTensor(*tensor, type, tensor->shape), {}, std::nullopt, {}};
                        }});
    } else if (StringRef(tensor->name).ends_with(".weight")) {
      reader.addProblem(*tensor, "its codes (" + encoding + ") are of no format that is known");
    }
  }
}

} // namespace nibble::checkpoint
