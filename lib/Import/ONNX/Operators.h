//===- Operators.h - the operators that can be imported ----------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_ONNX_OPERATORS_H
#define NIBBLE_LIB_IMPORT_ONNX_OPERATORS_H

#include "Node.h"

namespace nibble::onnx_import {

/// Builds a node's ops and sets its results; fails when the node has recorded a problem.
using ImportFunction = mlir::LogicalResult (*)(Node &node);

#define NIBBLE_ONNX_OPERATOR(domain, name, sinceVersion, minInputs) mlir::LogicalResult import##name(Node &node);
#include "Operators.def"

struct Operator {
  llvm::StringRef domain, name;
  /// The oldest version of the domain whose meaning the function knows; it asks the node's opset about later changes.
  int64_t sinceVersion;
  /// Inputs that must be present.
  size_t minInputs;
  ImportFunction import;
};

/// Whether inputs may be small integers and floats (Tensor::codec): what moves elements, converts them or asks for their shape.
bool takesSmallElements(const Operator &op);

/// The operator of that name; null when there is none. The domain "ai.onnx" is the default domain "", and some exporters leave
/// out com.microsoft.
const Operator *findOperator(llvm::StringRef domain, llvm::StringRef name);

} // namespace nibble::onnx_import

#endif // NIBBLE_LIB_IMPORT_ONNX_OPERATORS_H
