//===- Compare.cpp - does a compiled program compute what the reference computes? -------------------------------------------===//

#include "nibble/Driver/Compare.h"
#include "Arrays.h"
#include "ModelInterface.h"
#include "nibble/Numerics/SmallFloat.h"
#include "nibble/Reference/AllowedResults.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/Format.h"
#include <random>

using namespace mlir;
using namespace nibble;
using reference::Tensor;

//===-------------------------------------------------------------------------------------------------------------------------===//
// Inputs
//===-------------------------------------------------------------------------------------------------------------------------===//

/// A number around 0 of about the size 1: the sum of four is nearly normal, and the same everywhere.
static float drawFloat(std::mt19937_64 &random) {
  int32_t sum = 0;
  for (int part = 0; part < 4; ++part)
    sum += static_cast<int32_t>(random() & 0xffff);
  return static_cast<float>(sum - 2 * 0xffff) * 0x1p-15f;
}

/// Any bits for integers.
static data::Array makeInput(const nibble_tensor &tensor, std::mt19937_64 &random) {
  data::Array array{{static_cast<nibble_dtype>(tensor.dtype), data::Shape(tensor.shape, tensor.shape + tensor.rank)}, {}};
  bool isFloat = llvm::is_contained({NIBBLE_F16, NIBBLE_BF16, NIBBLE_F32, NIBBLE_F64}, array.type.dtype);
  data::ArraySpec drawn = {isFloat ? NIBBLE_F32 : array.type.dtype, array.type.shape};
  data::Array made{drawn, std::vector<char>(*data::getSizeInBytes(drawn))};
  if (isFloat)
    for (float &element : made.getElements<float>())
      element = drawFloat(random);
  else
    for (char &byte : made.bytes)
      byte = static_cast<char>(random() & (array.type.dtype == NIBBLE_BOOL ? 1 : 0xff));
  return llvm::cantFail(data::convert(std::move(made), array.type.dtype));
}

/// The first samples of an input that has more than one run takes; an error when it has another shape.
static llvm::Expected<data::Array> cutInput(const nibble_tensor &tensor, data::Array array) {
  data::Shape wanted(tensor.shape, tensor.shape + tensor.rank);
  bool hasFirstDim = !wanted.empty() && array.type.shape.size() == wanted.size();
  if (hasFirstDim && tensor.batch_axis == 0 && array.type.shape[0] > wanted[0]) {
    array.bytes.resize(array.bytes.size() / array.type.shape[0] * wanted[0]);
    array.type.shape[0] = wanted[0];
  }
  if (array.type.shape != wanted)
    return Session::reported("input '" + llvm::Twine(tensor.name) + "': expected " +
                             data::toString({static_cast<nibble_dtype>(tensor.dtype), wanted}) + ", got " +
                             data::toString(array.type));
  return data::convert(std::move(array), static_cast<nibble_dtype>(tensor.dtype));
}

static std::vector<data::Array> makeInputs(const nibble_info &info) {
  std::mt19937_64 random(1);
  std::vector<data::Array> inputs;
  for (const nibble_tensor &tensor : ArrayRef(info.inputs, static_cast<size_t>(info.num_inputs)))
    inputs.push_back(makeInput(tensor, random));
  return inputs;
}

llvm::Expected<std::vector<data::Array>> nibble::makeUpInputs(ModuleOp module) {
  llvm::Expected<ModelInterface> interface = ModelInterface::get(module);
  if (!interface)
    return interface.takeError();
  return makeInputs(InterfaceInfo(interface->getInputs(), interface->getOutputs()).info);
}

static llvm::Expected<std::vector<data::Array>> getInputs(const RunOptions &options, const nibble_info &info) {
  ArrayRef tensors(info.inputs, static_cast<size_t>(info.num_inputs));
  std::vector<data::Array> inputs;
  if (options.inputs.empty())
    return makeInputs(info);
  llvm::Expected<std::vector<data::Array>> given = readInputs(options.inputs, info);
  if (!given)
    return given.takeError();
  for (auto [tensor, array] : llvm::zip_equal(tensors, *given)) {
    llvm::Expected<data::Array> cut = cutInput(tensor, std::move(array));
    if (!cut)
      return cut.takeError();
    inputs.push_back(std::move(*cut));
  }
  return inputs;
}

//===-------------------------------------------------------------------------------------------------------------------------===//
// Op by op
//===-------------------------------------------------------------------------------------------------------------------------===//

/// Whether an op only prepares weights. As an output they would have to be stored, which filters of codes need not be.
static bool readsConstantsOnly(Operation &op) {
  return op.getNumOperands() > 0 && llvm::all_of(op.getOperands(), [](Value value) { return matchPattern(value, m_Constant()); });
}

/// Whether the results of an op can be outputs of a program and are worth comparing.
static bool isProbed(Operation &op) {
  return op.getNumResults() > 0 && !op.hasTrait<OpTrait::ConstantLike>() && !isa<tensor::EmptyOp>(op) && !readsConstantsOnly(op) &&
         llvm::all_of(op.getResultTypes(), [](Type type) {
           auto tensor = dyn_cast<RankedTensorType>(type);
           return tensor && tensor.hasStaticShape() && tensor.getNumElements() > 0 && getDtype(tensor.getElementType());
         });
}

static SmallVector<Operation *> getProbedOps(func::FuncOp main) {
  SmallVector<Operation *> ops;
  for (Operation &op : main.getBody().front().without_terminator())
    if (isProbed(op))
      ops.push_back(&op);
  return ops;
}

/// The model with the results of all ops in the place of its outputs.
static OwningOpRef<ModuleOp> makeProbe(ModuleOp module) {
  OwningOpRef<ModuleOp> probe = module.clone();
  auto main = probe->lookupSymbol<func::FuncOp>("main");
  SmallVector<Value> values;
  for (Operation *op : getProbedOps(main))
    llvm::append_range(values, op->getResults());
  Operation *terminator = main.getBody().front().getTerminator();
  terminator->setOperands(values);
  main.setType(FunctionType::get(main.getContext(), main.getArgumentTypes(), ValueRange(values).getTypes()));
  main.setAllResultAttrs(ArrayRef<Attribute>());
  for (unsigned argument = 0; argument < main.getNumArguments(); ++argument)
    main.removeArgAttr(argument, "nibble.batch_axis");
  return probe;
}

namespace {

/// Evaluates each op on what the compiled program had as its operands.
class OpComparison {
public:
  OpComparison(func::FuncOp main, ArrayRef<data::Array> inputs, std::vector<data::Array> &&probes)
      : main(main), probes(std::move(probes)) {
    for (auto [argument, input] : llvm::zip_equal(main.getArguments(), inputs))
      values[argument] = borrowTensor(input, argument.getType());
  }

  /// False with an error at the first op that differs.
  bool run() {
    size_t nextProbe = 0;
    for (Operation &op : main.getBody().front().without_terminator()) {
      if (!isProbed(op)) {
        evaluate(op);
        continue;
      }
      SmallVector<Tensor> actual;
      for (Value result : op.getResults())
        actual.push_back(borrowTensor(probes[nextProbe++], result.getType()));
      if (!agrees(op, actual))
        return false;
      for (auto [result, tensor] : llvm::zip_equal(op.getResults(), actual))
        values[result] = tensor;
    }
    return true;
  }

  int64_t getNumCompared() const { return numCompared; }
  int64_t getNumUnspecified() const { return numUnspecified; }

private:
  SmallVector<std::pair<Value, Tensor>> getOperands(Operation &op) {
    llvm::SetVector<Value> used(op.operand_begin(), op.operand_end());
    getUsedValuesDefinedAbove(op.getRegions(), used);
    SmallVector<std::pair<Value, Tensor>> operands;
    for (Value value : used)
      if (auto known = values.find(value); known != values.end())
        operands.push_back(*known);
    return operands;
  }

  void evaluate(Operation &op) {
    FailureOr<SmallVector<Tensor>> results = reference::evaluate(&op, getOperands(op));
    if (succeeded(results))
      for (auto [result, tensor] : llvm::zip_equal(op.getResults(), *results))
        values[result] = tensor;
  }

  bool agrees(Operation &op, ArrayRef<Tensor> actual) {
    FailureOr<reference::AllowedResults> allowed = reference::evaluateAllowed(&op, getOperands(op));
    if (failed(allowed)) {
      ++numUnspecified;
      return true;
    }
    ++numCompared;
    for (auto [number, tensor] : llvm::enumerate(actual)) {
      int64_t numWrong;
      std::optional<int64_t> first = allowed->findFirstWrong(number, tensor, &numWrong);
      if (!first)
        continue;
      op.emitError() << "'" << op.getName() << "' is compiled to something else: expected "
                     << formatElement(allowed->expected[number], *first) << " at " << formatPosition(tensor, *first) << ", got "
                     << formatElement(tensor, *first) << "; " << numWrong << " of " << tensor.getNumElements()
                     << " elements differ";
      return false;
    }
    return true;
  }

  func::FuncOp main;
  std::vector<data::Array> probes;
  llvm::DenseMap<Value, Tensor> values;
  int64_t numCompared = 0, numUnspecified = 0;
};

//===-------------------------------------------------------------------------------------------------------------------------===//
// The whole program
//===-------------------------------------------------------------------------------------------------------------------------===//

class ModelComparison {
public:
  explicit ModelComparison(const RunOptions &options) : options(options) {}

  llvm::Error run() {
    llvm::Expected<OwningOpRef<ModuleOp>> loaded = session.loadModelFor(options.quantize.recipe, options.model);
    if (!loaded)
      return loaded.takeError();
    module = std::move(*loaded);
    if (session.getLastPhase().value_or(Phase::Import) > Phase::Fuse)
      return Session::reported("--compare expects a model of a phase up to fuse, got one after " +
                               getPhases()[static_cast<size_t>(*session.getLastPhase())].name);
    if (llvm::Error error = compileToPhase(session, *module, Phase::Fuse, options.quantize, options.target))
      return error;
    llvm::Expected<ModelInterface> interface = ModelInterface::get(*module);
    if (!interface)
      return interface.takeError();
    InterfaceInfo description(interface->getInputs(), interface->getOutputs());
    if (llvm::Error error = getInputs(options, description.info).moveInto(inputs))
      return error;
    return compare(description.info);
  }

private:
  llvm::Expected<std::vector<data::Array>> runCompiled(ModuleOp program) {
    llvm::Expected<CompiledModel> compiled = compileInProcess(session, program, options.quantize, options.target);
    if (!compiled)
      return compiled.takeError();
    return runOnArrays(*compiled->program, inputs, options.threads);
  }

  llvm::Error compare(const nibble_info &info) {
    llvm::Expected<std::vector<data::Array>> expected = runOnReference(*module, info, inputs);
    if (!expected)
      return expected.takeError();
    OwningOpRef<ModuleOp> program = module->clone();
    llvm::Expected<std::vector<data::Array>> actual = runCompiled(*program);
    if (!actual)
      return actual.takeError();
    bool isWrong = false, isInexact = false;
    auto main = module->lookupSymbol<func::FuncOp>("main");
    ValueRange results = main.getBody().front().getTerminator()->getOperands();
    for (auto [number, want, got] : llvm::enumerate(*expected, *actual)) {
      bool isSame = want.bytes == got.bytes, isExact = reference::isExactFromArguments(results[number]);
      isWrong |= !isSame && isExact;
      isInexact |= !isSame && !isExact;
      describe(info.outputs[number].name, want, got, results[number].getType(), isExact);
    }
    return isWrong || isInexact ? compareOps(main, isWrong) : llvm::Error::success();
  }

  static void describe(StringRef name, const data::Array &want, const data::Array &got, Type type, bool isExact) {
    Tensor expected = borrowTensor(want, type), actual = borrowTensor(got, type);
    int64_t numDifferent = 0;
    double distance = 0;
    for (int64_t index = 0; index < expected.getNumElements(); ++index) {
      double difference = std::abs(actual.getFloat(index) - expected.getFloat(index));
      numDifferent += difference != 0;
      distance = std::max(distance, difference);
    }
    llvm::outs() << name << ": ";
    if (want.bytes == got.bytes)
      llvm::outs() << "the same " << expected.getNumElements() << " elements\n";
    else
      llvm::outs() << numDifferent << " of " << expected.getNumElements() << " elements differ, by at most "
                   << llvm::format("%g", distance) << (isExact ? "" : ", behind sums of floats") << "\n";
  }

  /// Finds the op that makes outputs differ, if any alone does.
  llvm::Error compareOps(func::FuncOp main, bool isWrong) {
    OwningOpRef<ModuleOp> probe = makeProbe(*module);
    llvm::Expected<std::vector<data::Array>> probes = runCompiled(*probe);
    if (!probes)
      return probes.takeError();
    OpComparison comparison(main, inputs, std::move(*probes));
    if (!comparison.run())
      return Session::reported("the compiled program differs from the reference");
    if (isWrong)
      return Session::reported("the compiled program differs from the reference, though each op alone does not: what is compiled together "
                               "is at fault");
    llvm::outs() << comparison.getNumCompared() << " ops, one by one: all as docs/Spec.md says";
    if (comparison.getNumUnspecified() > 0)
      llvm::outs() << "; of " << comparison.getNumUnspecified() << " others it leaves the last bits open";
    llvm::outs() << "\n";
    return llvm::Error::success();
  }

  const RunOptions &options;
  Session session;
  OwningOpRef<ModuleOp> module;
  std::vector<data::Array> inputs;
};

} // namespace

llvm::Error nibble::compareModel(const RunOptions &options) { return ModelComparison(options).run(); }
