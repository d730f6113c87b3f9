//===- LoraAdapter.h - low-rank adapters of weights -------------------------------------------------------===//
//
// Source: LoRA (Hu et al. 2021), section 4.1; PEFT's files: `adapter_model.safetensors` with the tensors
// `base_model.model.<layer>.lora_A.weight` [r, inputs] and `….lora_B.weight` [outputs, r], and `adapter_config.json` beside
// it with `r`, `lora_alpha` and `use_rslora`:
//
//     x weight^T + scale * (x A^T) B^T,    scale = alpha / r, or alpha / sqrt(r)
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_IMPORT_LORAADAPTER_H
#define NIBBLE_IMPORT_LORAADAPTER_H

#include "nibble/Reference/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace nibble {

/// The adapter of one weight.
struct LoraPair {
  /// The name of the weight: `<layer>.weight`.
  std::string weight;
  /// f32, [rank, inputs] and [outputs, rank]; `up` has the scale in it, each product rounded.
  reference::Tensor down, up;
};

struct LoraAdapter {
  std::vector<LoraPair> pairs;

  /// The error has all problems of the file.
  static llvm::Expected<LoraAdapter> read(llvm::StringRef path, mlir::MLIRContext *context);
};

/// Adds `(x down^T) up^T` to the products with each weight of the adapter, which keep their own. `module` is as imported, its
/// weights not yet replaced.
llvm::Error addAdapter(mlir::ModuleOp module, const LoraAdapter &adapter);

/// Adds `up down` to the weights themselves, rounded once. Weights of codes are an error: they keep their bits.
llvm::Error mergeAdapter(mlir::ModuleOp module, const LoraAdapter &adapter);

} // namespace nibble

#endif // NIBBLE_IMPORT_LORAADAPTER_H
