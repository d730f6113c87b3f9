//===- ONNXImporter.cpp - an ONNX file to a module ---------------------------------------------------===//

#include "Elementwise.h"
#include "GraphImporter.h"
#include "Model.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::onnx_import;

static constexpr int64_t oldestOpset = 6;

/// One error with all problems.
static LogicalResult emitProblems(StringRef path, ArrayRef<std::string> problems, MLIRContext *context) {
  return emitError(UnknownLoc::get(context)) << formatProblems(path, problems);
}

/// Protobuf reads what it can and takes an empty file for an empty model: a model without a graph is no model.
static std::optional<std::string> parse(StringRef bytes, onnx::ModelProto &model) {
  if (bytes.empty())
    return "expected an ONNX model, got an empty file";
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max()))
    return "expected a file of less than 2 GiB; larger models keep their weights in external data";
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return "expected an ONNX model, got a truncated or corrupt file";
  if (!model.has_graph() || model.graph().output_size() == 0)
    return "expected an ONNX model, got a file without a graph that has outputs";
  return std::nullopt;
}

static llvm::StringMap<int64_t> readOpsets(const onnx::ModelProto &model, std::vector<std::string> &problems) {
  llvm::StringMap<int64_t> opsets;
  for (const onnx::OperatorSetIdProto &opset : model.opset_import())
    opsets[opset.domain() == "ai.onnx" ? "" : opset.domain()] = opset.version();
  if (!opsets.contains(""))
    problems.push_back("the file does not say which version of the operator set it uses");
  else if (opsets[""] < oldestOpset)
    problems.push_back("expected version " + std::to_string(oldestOpset) +
                       " or newer of the operator set, got " + std::to_string(opsets[""]));
  return opsets;
}

/// The file's name as a C identifier: resnet-20.onnx is resnet_20.
static std::string getModelName(StringRef path) {
  std::string name = llvm::sys::path::stem(path).str();
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  return name.empty() || llvm::isDigit(name.front()) ? "model_" + name : name;
}

/// Where external data may lie.
static StringRef getFolder(StringRef path) {
  StringRef folder = llvm::sys::path::parent_path(path);
  return folder.empty() ? "." : folder;
}

namespace {
class ModelImporter {
public:
  ModelImporter(StringRef path, const ImportOptions &options, MLIRContext *context)
      : path(path), options(options), context(context), binder(options) {}

  FailureOr<OwningOpRef<ModuleOp>> import(onnx::ModelProto &model);

private:
  func::FuncOp createMain(ArrayRef<Port> inputs, ModuleOp module);
  void createReturn(const onnx::GraphProto &graph, ArrayRef<Tensor> outputs, GraphImporter &importer, func::FuncOp main);
  NamedAttrList describePort(StringRef name, std::optional<int64_t> batchAxis, ElementType element);

  StringRef path;
  const ImportOptions &options;
  MLIRContext *context;
  DimBinder binder;
};

class ONNXImporter : public Importer {
public:
  StringRef getName() const override { return "onnx"; }
  bool matches(StringRef path, StringRef) const override { return path.ends_with_insensitive(".onnx"); }
  FailureOr<OwningOpRef<ModuleOp>> import(StringRef path, const ImportOptions &options,
                                          MLIRContext *context) const override;
};
} // namespace

NamedAttrList ModelImporter::describePort(StringRef name, std::optional<int64_t> batchAxis, ElementType element) {
  Builder b(context);
  NamedAttrList attributes;
  attributes.append("nibble.name", b.getStringAttr(name));
  if (batchAxis)
    attributes.append("nibble.batch_axis", b.getI64IntegerAttr(*batchAxis));
  if (element.isUnsigned)
    attributes.append("nibble.unsigned", b.getUnitAttr());
  if (!element.codec.empty())
    attributes.append("nibble.codec", b.getStringAttr(element.codec));
  return attributes;
}

func::FuncOp ModelImporter::createMain(ArrayRef<Port> inputs, ModuleOp module) {
  SmallVector<Type> types = llvm::map_to_vector(inputs, [](const Port &port) -> Type { return port.type; });
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto main = func::FuncOp::create(builder, module.getLoc(), "main", FunctionType::get(context, types, {}));
  main.addEntryBlock();
  for (auto [index, port] : llvm::enumerate(inputs)) {
    main.setArgAttrs(index, describePort(port.name, port.batchAxis, port.element).getDictionary(context));
    main.getArgument(index).setLoc(NameLoc::get(builder.getStringAttr(port.name)));
  }
  return main;
}

void ModelImporter::createReturn(const onnx::GraphProto &graph, ArrayRef<Tensor> outputs, GraphImporter &importer,
                                 func::FuncOp main) {
  OpBuilder builder = OpBuilder::atBlockEnd(&main.getBody().front());
  SmallVector<Value> values =
      llvm::map_to_vector(outputs, [&](const Tensor &tensor) { return importer.materialize(tensor, main.getLoc()); });
  func::ReturnOp::create(builder, main.getLoc(), values);
  main.setType(FunctionType::get(context, main.getArgumentTypes(), ValueRange(values).getTypes()));
  for (auto [index, output] : llvm::enumerate(graph.output())) {
    std::optional<int64_t> batchAxis = binder.findBatchAxis(output, outputs[index].type);
    main.setResultAttrs(index, describePort(output.name(), batchAxis, getElementType(outputs[index])).getDictionary(context));
  }
}

FailureOr<OwningOpRef<ModuleOp>> ModelImporter::import(onnx::ModelProto &model) {
  std::vector<std::string> problems;
  llvm::StringMap<int64_t> opsets = readOpsets(model, problems);
  SmallVector<Port> inputs = binder.bindInputs(model.graph(), context, problems);
  binder.checkAllUsed(problems);
  if (!problems.empty())
    return emitProblems(path, problems, context);

  Builder b(context);
  Location loc = FileLineColLoc::get(context, path, 0, 0);
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  (*module)->setAttr("nibble.model", b.getStringAttr(getModelName(path)));
  func::FuncOp main = createMain(inputs, *module);
  GraphImporter importer(&main.getBody().front(), std::move(opsets), getFolder(path), options);
  for (auto [port, argument] : llvm::zip_equal(inputs, main.getArguments()))
    importer.define(port.name, makeTensor(argument, port.element));
  SmallVector<Tensor> outputs = importer.import(*model.mutable_graph());
  if (!importer.getProblems().empty())
    return emitProblems(path, importer.getProblems(), context);

  createReturn(model.graph(), outputs, importer, main);
  if (failed(verify(*module)))
    return failure();
  return module;
}

FailureOr<OwningOpRef<ModuleOp>> ONNXImporter::import(StringRef path, const ImportOptions &options,
                                                      MLIRContext *context) const {
  context->loadDialect<arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect, math::MathDialect,
                       scf::SCFDialect, tensor::TensorDialect, NibbleDialect>();
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return emitProblems(path, file.getError().message(), context);
  onnx::ModelProto model;
  if (std::optional<std::string> problem = parse((*file)->getBuffer(), model))
    return emitProblems(path, *problem, context);
  file->reset();
  return ModelImporter(path, options, context).import(model);
}

namespace nibble {
std::unique_ptr<Importer> createONNXImporter() { return std::make_unique<ONNXImporter>(); }
} // namespace nibble
