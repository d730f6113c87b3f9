//===- Operators.cpp - the operators that can be imported --------------------------------------------===//

#include "Operators.h"
#include "llvm/ADT/STLExtras.h"

using namespace nibble::onnx_import;

static const Operator operators[] = {
#define NIBBLE_ONNX_OPERATOR(domain, name, sinceVersion, minInputs) {domain, #name, sinceVersion, minInputs, import##name},
#include "Operators.def"
};

bool nibble::onnx_import::takesSmallElements(const Operator &op) {
  static constexpr llvm::StringLiteral names[] = {
      "Cast", "CastLike", "Compress", "Concat", "DepthToSpace", "DequantizeLinear", "Expand", "Flatten", "Gather",
      "GatherElements", "GatherND", "Identity", "If", "Loop", "QuantizeLinear", "Reshape", "ReverseSequence", "Scan",
      "Shape", "Size", "Slice", "SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze"};
  return llvm::is_contained(names, op.name);
}

static const Operator *findInDomain(llvm::StringRef domain, llvm::StringRef name) {
  const Operator *found =
      llvm::find_if(operators, [&](const Operator &op) { return op.domain == domain && op.name == name; });
  return found == std::end(operators) ? nullptr : found;
}

const Operator *nibble::onnx_import::findOperator(llvm::StringRef domain, llvm::StringRef name) {
  if (!domain.empty() && domain != "ai.onnx")
    return findInDomain(domain, name);
  const Operator *found = findInDomain("", name);
  return found ? found : findInDomain("com.microsoft", name);
}
