//===- Execute.cpp - import, evaluate and compile a case ----------------------------------------------===//

#include "Execute.h"
#include "Compare.h"
#include "nibble/Driver/Compile.h"
#include "nibble/Import/Importer.h"
#include "nibble/Reference/Interpreter.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Regex.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::conformance;

std::string Outcome::getProblem() const {
  std::string text;
  for (auto [stage, problem] :
       {std::pair("import: ", &importProblem), std::pair("reference: ", &referenceProblem), std::pair("compiled: ", &compiledProblem)})
    if (!problem->empty())
      text += (text.empty() ? "" : "; ") + (stage + *problem);
  llvm::replace(text, '\n', ' ');
  return text;
}

namespace {

/// Collects error messages instead of printing them.
class Errors {
public:
  explicit Errors(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
            text += (text.empty() ? "" : "; ") + diagnostic.str();
          return success();
        }) {}

  /// The errors since the last call.
  std::string take(StringRef otherwise) { return text.empty() ? otherwise.str() : std::exchange(text, {}); }

private:
  std::string text;
  ScopedDiagnosticHandler handler;
};

class Executor {
public:
  Executor(Session &session, Case &data) : session(session), data(data), errors(&session.getContext()) {}

  Outcome run(bool evaluate) {
    freezeFilters();
    if (failed(import()))
      return outcome;
    if (llvm::Error error = readInputs())
      outcome.importProblem = llvm::toString(std::move(error));
    if (!outcome.importProblem.empty())
      return outcome;
    if (evaluate)
      outcome.referenceProblem = runReference();
    outcome.compiledProblem = runCompiled();
    outcome.isEvaluated = evaluate;
    outcome.isCompiled = true;
    return outcome;
  }

private:
  void freeze(StringRef name) {
    data.freezeInput(name);
    ++outcome.numFrozenInputs;
  }

  /// Convolutions are compiled with filters that are known, as in any trained network; the cases have them as inputs.
  void freezeFilters() {
    for (const onnx::NodeProto &node : data.model.graph().node())
      if (StringRef(node.op_type()).contains("Conv"))
        for (const std::string &input : llvm::drop_begin(node.input()))
          if (llvm::is_contained(data.inputNames, input))
            freeze(input);
  }

  /// Imports the model, with more and more inputs frozen as the importer asks for their values.
  LogicalResult import() {
    for (;;) {
      if (succeeded(importOnce()))
        return success();
      llvm::Regex needsConstant("\\('([^']*)'\\) to be [a-z ]+ known at compile time");
      SmallVector<StringRef> matches;
      if (!needsConstant.match(outcome.importProblem, &matches) || !llvm::is_contained(data.inputNames, matches[1]))
        return failure();
      freeze(matches[1]);
      outcome.importProblem.clear();
    }
  }

  LogicalResult importOnce() {
    SmallString<128> path;
    int file;
    if (std::error_code code = llvm::sys::fs::createTemporaryFile("nibble-conformance", "onnx", file, path)) {
      outcome.importProblem = code.message();
      return failure();
    }
    llvm::FileRemover remover(path);
    llvm::raw_fd_ostream(file, /*shouldClose=*/true) << data.model.SerializeAsString();
    FailureOr<OwningOpRef<ModuleOp>> imported = importModel(path, getDims(), &session.getContext());
    if (succeeded(imported)) {
      module = std::move(*imported);
      return success();
    }
    outcome.importProblem = errors.take("it was not imported");
    // The path is a temporary one.
    StringRef(outcome.importProblem).consume_front(path);
    outcome.importProblem = StringRef(outcome.importProblem).split(": ").second.str();
    return failure();
  }

  /// The sizes that the data gives to dimensions without one.
  ImportOptions getDims() const {
    ImportOptions options;
    for (const onnx::ValueInfoProto &input : data.model.graph().input()) {
      size_t index = llvm::find(data.inputNames, input.name()) - data.inputNames.begin();
      const auto &shape = input.type().tensor_type().shape();
      if (index >= data.inputs.size() || shape.dim_size() != data.inputs[index].dims_size())
        continue;
      for (int axis = 0; axis < shape.dim_size(); ++axis)
        if (!shape.dim(axis).has_dim_value()) {
          const std::string &symbol = shape.dim(axis).dim_param();
          options.dims[symbol.empty() ? input.name() + ":" + std::to_string(axis) : symbol] = data.inputs[index].dims(axis);
        }
    }
    return options;
  }

  llvm::Error readInputs() {
    auto main = module->lookupSymbol<func::FuncOp>("main");
    if (data.inputs.size() != main.getNumArguments())
      return llvm::createStringError("the case has %zu inputs, the model %u", data.inputs.size(), main.getNumArguments());
    for (auto [proto, type] : llvm::zip_equal(data.inputs, main.getArgumentTypes())) {
      llvm::Expected<CaseTensor> value = readTensor(proto, &session.getContext());
      if (!value)
        return value.takeError();
      if (value->tensor.getType() != type)
        return llvm::createStringError("the case's input '%s' has another type than the model's", proto.name().c_str());
      inputs.push_back(value->tensor);
    }
    return llvm::Error::success();
  }

  std::string runReference() {
    FailureOr<SmallVector<reference::Tensor>> results = reference::evaluateMain(*module, inputs);
    if (failed(results))
      return errors.take("it was not evaluated");
    std::vector<CaseTensor> values;
    // The sign of integers is no part of the IR.
    for (auto [index, tensor] : llvm::enumerate(*results))
      values.push_back({tensor, index < data.expected.size() && data.expected[index].isUnsigned});
    return compare(values);
  }

  std::string runCompiled() {
    QuantizeOptions quantize;
    quantize.recipe = "float32";
    llvm::Expected<CompiledModel> compiled = compileInProcess(session, *module, quantize, {});
    if (!compiled) {
      std::string message = llvm::toString(compiled.takeError());
      return errors.take(message);
    }
    Program &program = *compiled->program;
    llvm::Expected<std::vector<OwnedArray>> outputs = program.run(getArrays(program.getInfo()));
    if (!outputs)
      return llvm::toString(outputs.takeError());
    std::vector<CaseTensor> values;
    for (const OwnedArray &array : *outputs)
      values.push_back(toValue(array));
    return compare(values);
  }

  std::vector<ArrayView> getArrays(const nibble_info &info) const {
    std::vector<ArrayView> views;
    for (auto [index, tensor] : llvm::enumerate(inputs))
      views.push_back({static_cast<nibble_dtype>(info.inputs[index].dtype), tensor.getShape(), tensor.getData()});
    return views;
  }

  CaseTensor toValue(const OwnedArray &array) const {
    auto [type, isUnsigned] = getElementType(array.dtype);
    return {reference::Tensor::borrow(type, array.shape, array.data.get()), isUnsigned};
  }

  std::pair<Type, bool> getElementType(nibble_dtype dtype) const;

  std::string compare(ArrayRef<CaseTensor> actual) const {
    if (actual.size() != data.expected.size())
      return llvm::formatv("expected {0} outputs, got {1}", data.expected.size(), actual.size());
    for (auto [index, pair] : llvm::enumerate(llvm::zip_equal(data.expected, actual)))
      if (std::optional<std::string> difference = findDifference(std::get<0>(pair), std::get<1>(pair)))
        return llvm::formatv("output '{0}': {1}", data.model.graph().output(index).name(), *difference);
    return "";
  }

  Session &session;
  Case &data;
  Errors errors;
  OwningOpRef<ModuleOp> module;
  SmallVector<reference::Tensor> inputs;
  Outcome outcome;
};

} // namespace

std::pair<Type, bool> Executor::getElementType(nibble_dtype dtype) const {
  Builder b(&session.getContext());
  switch (dtype) {
  case NIBBLE_F32: return {b.getF32Type(), false};
  case NIBBLE_F64: return {b.getF64Type(), false};
  case NIBBLE_F16: return {b.getF16Type(), false};
  case NIBBLE_BF16: return {b.getBF16Type(), false};
  case NIBBLE_I8: return {b.getI8Type(), false};
  case NIBBLE_U8: return {b.getI8Type(), true};
  case NIBBLE_I16: return {b.getI16Type(), false};
  case NIBBLE_U16: return {b.getI16Type(), true};
  case NIBBLE_I32: return {b.getI32Type(), false};
  case NIBBLE_U32: return {b.getI32Type(), true};
  case NIBBLE_I64: return {b.getI64Type(), false};
  case NIBBLE_U64: return {b.getI64Type(), true};
  case NIBBLE_BOOL: return {b.getI1Type(), false};
  }
  llvm_unreachable("unknown dtype");
}

Outcome conformance::execute(Session &session, const CaseFiles &files, bool evaluate) {
  llvm::Expected<Case> data = Case::load(files, &session.getContext());
  if (data)
    return Executor(session, *data).run(evaluate);
  Outcome outcome;
  outcome.importProblem = llvm::toString(data.takeError());
  return outcome;
}
