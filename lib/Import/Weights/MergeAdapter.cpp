//===- MergeAdapter.cpp - adapters added to the weights themselves ----------------------------------------===//

#include "FindAdapted.h"
#include "nibble/Import/Problems.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nibble;

/// The weight, transposed where the model has it so, plus up down: exact but for the rounding of doubles until the end.
static reference::Tensor merge(const reference::Tensor &weight, const LoraPair &pair, bool isTransposed) {
  int64_t numOutputs = pair.up.getShape()[0], numInputs = pair.down.getShape()[1], rank = pair.down.getShape()[0];
  ArrayRef<float> up = pair.up.getElements<float>(), down = pair.down.getElements<float>();
  reference::Tensor merged = *reference::Tensor::create(weight.getElementType(), weight.getShape());
  for (int64_t output = 0; output < numOutputs; ++output)
    for (int64_t input = 0; input < numInputs; ++input) {
      int64_t index = isTransposed ? input * numOutputs + output : output * numInputs + input;
      double sum = weight.getFloat(index);
      for (int64_t k = 0; k < rank; ++k)
        sum += static_cast<double>(up[output * rank + k]) * down[k * numInputs + input];
      merged.setFloat(index, sum);
    }
  return merged;
}

llvm::Error nibble::mergeAdapter(ModuleOp module, const LoraAdapter &adapter) {
  llvm::Expected<SmallVector<AdaptedWeight>> found = findAdapted(module, adapter);
  if (!found)
    return found.takeError();
  std::vector<std::string> problems;
  for (const AdaptedWeight &adapted : *found) {
    auto constant = dyn_cast<arith::ConstantOp>(adapted.weight);
    FailureOr<reference::Tensor> weight =
        constant ? reference::Tensor::get(cast<ElementsAttr>(constant.getValue())) : FailureOr<reference::Tensor>();
    if (failed(weight)) {
      problems.push_back("'" + adapted.pair->weight + "' is quantized: merging would change its codes");
      continue;
    }
    reference::Tensor merged = merge(*weight, *adapted.pair, adapted.products.front().reducedDim == 0);
    constant.setValueAttr(cast<TypedAttr>(merged.toAttribute()));
  }
  return makeError("the adapter cannot be merged", problems);
}
