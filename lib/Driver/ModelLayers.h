//===- ModelLayers.h - what an assignment assigns schemes to ---------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_MODELLAYERS_H
#define NIBBLE_LIB_DRIVER_MODELLAYERS_H

#include "nibble/Scheme/Recipe.h"
#include "mlir/IR/BuiltinOps.h"

namespace nibble {

/// The quantizable ops that came from one node, which rules of recipes tell from others by its name.
struct ModelLayer {
  OpDescription description;
  /// The numbers of the layers whose results it reads, no other layer in between, in order.
  std::vector<size_t> readsFrom;
};

/// The layers of a model, in program order.
struct ModelLayers {
  std::vector<ModelLayer> layers;
  /// Numbers of layers that read one value; lists of at least two.
  std::vector<std::vector<size_t>> sharedInputs;
  /// Of the layers with weights: of names, kinds and weights. Batches of other sizes do not change it.
  std::string digest;

  /// The layers of a module after phase assign, when the recipe was float32. Ops that came quantized are none.
  static ModelLayers get(mlir::ModuleOp module);
};

/// Makes the f32 results of layers further outputs of `main`, in the order of `names`: of each layer the last op's, behind what runs in
/// its kernel. The module is one before phase quantize.
void exposeLayers(mlir::ModuleOp module, llvm::ArrayRef<std::string> names);

/// The name of an op for a user: that of the node it came from, or its own.
std::string getLayerName(mlir::Operation *op);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_MODELLAYERS_H
