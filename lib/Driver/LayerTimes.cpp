//===- LayerTimes.cpp - how long the kernels of each layer take, in a whole program ----------------------------------------------===//

#include "LayerTimes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/SmallPtrSet.h"
#include <chrono>

using namespace mlir;
using namespace nibble;

using Clock = std::chrono::steady_clock;

/// When the marks of the current run were passed; one program runs at a time.
static std::vector<Clock::time_point> marks;
static void noteTime() { marks.push_back(Clock::now()); }

static constexpr StringLiteral markName = "nibble_note_time";

/// The constant in the weights of the program that a buffer is a part of; null when it is none.
static memref::ViewOp getConstant(Value buffer) {
  while (auto view = buffer.getDefiningOp<ViewLikeOpInterface>()) {
    buffer = view.getViewSource();
    auto argument = dyn_cast<BlockArgument>(buffer);
    auto function = argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()) : func::FuncOp();
    auto role = function ? function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "nibble.role") : StringAttr();
    if (role && role.getValue() == "weights")
      return dyn_cast<memref::ViewOp>(view.getOperation());
  }
  return {};
}

static bool runsContraction(LaunchOp launch) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(launch, launch.getKernelAttr());
  return kernel && kernel.walk([](ContractionOpInterface) { return WalkResult::interrupt(); }).wasInterrupted();
}

void TimedProgram::closeLayer(size_t layer, SmallVectorImpl<LaunchOp> &launches) {
  llvm::SmallPtrSet<Operation *, 8> constants;
  for (LaunchOp launch : launches)
    for (Value operand : launch.getOperands())
      if (memref::ViewOp constant = getConstant(operand); constant && constants.insert(constant).second)
        bytes[layer] += constant.getType().getNumElements() * (constant.getType().getElementTypeBitWidth() / 8);
  OpBuilder builder(launches.back());
  builder.setInsertionPointAfter(launches.back());
  func::CallOp::create(builder, launches.back().getLoc(), markName, TypeRange());
  layerOfMark.push_back(layer);
  launches.clear();
}

void TimedProgram::insertMarks(const ModelLayers &layers) {
  bytes.resize(layers.layers.size());
  times.resize(layers.layers.size());
  auto main = module->lookupSymbol<func::FuncOp>("main");
  OpBuilder builder = OpBuilder::atBlockBegin(module->getBody());
  func::FuncOp::create(builder, main.getLoc(), markName, builder.getFunctionType({}, {})).setPrivate();
  builder.setInsertionPointToStart(&main.getBody().front());
  func::CallOp::create(builder, main.getLoc(), markName, TypeRange());
  SmallVector<LaunchOp> pending;
  for (LaunchOp launch : llvm::to_vector(main.getOps<LaunchOp>())) {
    pending.push_back(launch);
    auto layer = llvm::find_if(layers.layers, [name = getLayerName(launch)](const ModelLayer &layer) {
      return layer.description.name == name;
    });
    if (layer != layers.layers.end() && runsContraction(launch))
      closeLayer(layer - layers.layers.begin(), pending);
  }
  if (!pending.empty())
    closeLayer(layers.layers.size() - 1, pending);
}

llvm::Expected<std::unique_ptr<TimedProgram>> TimedProgram::compile(CandidateModel &model, ArrayRef<std::string> choices) {
  auto timed = std::make_unique<TimedProgram>();
  timed->choices = choices.vec();
  if (llvm::Error error = model.lower(choices).moveInto(timed->module))
    return std::move(error);
  timed->insertMarks(model.getLayers());
  JitOptions jit;
  jit.symbols[markName] = reinterpret_cast<void *>(&noteTime);
  if (llvm::Error error = model.compile(*timed->module, std::move(jit)).moveInto(timed->program))
    return std::move(error);
  timed->call = std::make_unique<MadeUpCall>(*timed->program);
  return timed;
}

llvm::Error TimedProgram::measure(int count) {
  marks.reserve(layerOfMark.size() + 1);
  for (int number = 0; number < count; ++number) {
    marks.clear();
    if (llvm::Error error = call->run(/*threads=*/1))
      return error;
  }
  std::vector<double> run(times.size());
  for (auto [number, layer] : llvm::enumerate(layerOfMark))
    run[layer] += std::chrono::duration<double, std::nano>(marks[number + 1] - marks[number]).count();
  for (auto [all, own] : llvm::zip_equal(times, run))
    all.push_back(own);
  return llvm::Error::success();
}

double TimedProgram::getNanoseconds(size_t layer) { return getMedian(times[layer]); }
