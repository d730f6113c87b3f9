//===- Case.h - a conformance case: a model, its inputs and what it shall compute ---------------------===//

#ifndef NIBBLE_TEST_TOOLS_CONFORMANCE_CASE_H
#define NIBBLE_TEST_TOOLS_CONFORMANCE_CASE_H

#include "OnnxProto.h"
#include "nibble/Reference/Tensor.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace nibble::conformance {

/// The files of one case.
struct CaseFiles {
  /// `<folder of the suite>/<name>`, and `/<number>` for every set of data but the first.
  std::string name;
  std::string model;
  /// TensorProtos in the order of the model's inputs and outputs.
  std::vector<std::string> inputs, outputs;
  /// Whether the suite has no inputs: each is what ONNX's own runner feeds (generate_dummy_data in onnx/backend/test/runner), i / n as
  /// element i of n.
  bool makesUpInputs = false;
};

/// Every case of a suite, ordered by name. A suite is a folder of `<case>/model.onnx` with `<case>/test_data_set_<n>/input_<i>.pb`
/// and `output_<i>.pb`, or of `<case>.onnx` with `<case>_output_<i>.pb`.
std::vector<CaseFiles> findCases(llvm::StringRef suite);

/// A tensor of a case. Integers are signless in MLIR, so their sign is beside them.
struct CaseTensor {
  reference::Tensor tensor;
  bool isUnsigned = false;
};

/// A case in memory.
struct Case {
  onnx::ModelProto model;
  /// In the order of the model's inputs that are no initializers.
  std::vector<std::string> inputNames;
  std::vector<onnx::TensorProto> inputs;
  std::vector<CaseTensor> expected;

  /// Reads a case. Errors say what cannot be read.
  static llvm::Expected<Case> load(const CaseFiles &files, mlir::MLIRContext *context);

  /// Makes an input an initializer with the value that it has in this case.
  void freezeInput(llvm::StringRef name);
};

/// The tensor of a TensorProto; an error when its element type is not supported.
llvm::Expected<CaseTensor> readTensor(const onnx::TensorProto &proto, mlir::MLIRContext *context);

} // namespace nibble::conformance

#endif // NIBBLE_TEST_TOOLS_CONFORMANCE_CASE_H
