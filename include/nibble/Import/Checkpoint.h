//===- Checkpoint.h - the weights of a model in files of named tensors ------------------------------------===//
//
// A checkpoint is one or several files of named tensors (TensorFile.h). What several of its tensors say together, codes
// and scales in the arrangement of GPTQ, AWQ, bitsandbytes or compressed-tensors, is one weight here: codes of a
// #nibble.scheme with its parameters. Codes are those of the file; lib/Import/Checkpoint says in which order.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_IMPORT_CHECKPOINT_H
#define NIBBLE_IMPORT_CHECKPOINT_H

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Import/TensorFile.h"
#include "nibble/Reference/Tensor.h"
#include <functional>

namespace nibble {

/// The elements of a weight, as nibble.dequantize takes them.
struct StoredWeight {
  /// Null when `codes` are the numbers themselves.
  SchemeAttr scheme;
  reference::Tensor codes;
  /// One tensor for each level.
  llvm::SmallVector<reference::Tensor, 2> scales;
  std::optional<reference::Tensor> zeroPoint;
  /// Column j of what is stored is column `columns[j]` of the weight; empty where that is j. Where groups were made in
  /// an order of their own (GPTQ's act-order), columns are stored group by group.
  llvm::SmallVector<int64_t> columns;
};

struct CheckpointWeight {
  /// That of the float weight: `layers.0.dense.weight` for GPTQ's `layers.0.dense.qweight`.
  std::string name;
  /// Of a matrix that came quantized: outputs, inputs, to be multiplied as input x weight^T.
  llvm::SmallVector<int64_t, 4> shape;
  /// Whether it is codes.
  bool isQuantized = false;
  /// What the file has is checked when it is read; an error is about the values of an index.
  std::function<llvm::Expected<StoredWeight>()> read;
};

class Checkpoint {
public:
  /// Reads `.safetensors` and `.gguf` files, and the shards that a `.safetensors.index.json` names. Settings that tensors
  /// do not show are taken from `quantize_config.json`, `quant_config.json` or `config.json` beside the file. The error
  /// has all problems of a file.
  static llvm::Expected<Checkpoint> read(llvm::ArrayRef<std::string> paths, mlir::MLIRContext *context);

  /// By name.
  llvm::ArrayRef<CheckpointWeight> getWeights() const { return weights; }
  const CheckpointWeight *findWeight(llvm::StringRef name) const;

private:
  std::vector<CheckpointWeight> weights;
};

} // namespace nibble

#endif // NIBBLE_IMPORT_CHECKPOINT_H
