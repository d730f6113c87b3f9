//===- RecurrentActivation.h - activation functions of LSTM, GRU and RNN -----------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_RECURRENTACTIVATION_H
#define NIBBLE_LIB_IMPORT_ONNX_RECURRENTACTIVATION_H

#include "Node.h"

namespace nibble::onnx_import {

/// An activation of the list that recurrent operators know, with its parameters.
struct RecurrentActivation {
  enum class Kind {
    Affine, Elu, HardSigmoid, LeakyRelu, Relu, ScaledTanh, Sigmoid, Softplus, Softsign, Tanh, ThresholdedRelu
  };
  Kind kind = Kind::Tanh;
  double alpha = 0, beta = 0;

  mlir::Value apply(mlir::ImplicitLocOpBuilder &b, mlir::Value x) const;
};

/// The attributes activations, activation_alpha and activation_beta of a node: `defaults` for each direction, unless the file
/// says which. Empty and an error when they do not fit.
llvm::SmallVector<RecurrentActivation> readActivations(Node &node, llvm::ArrayRef<llvm::StringRef> defaults,
                                                       int64_t numDirections);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_RECURRENTACTIVATION_H
