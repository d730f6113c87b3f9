//===- Phases.cpp - the road of a model ----------------------------------------------------------------===//

#include "nibble/Pipelines/Phases.h"
#include "VerifyPhases.h"
#include "nibble/Conversion/Passes.h"
#include "nibble/Scheme/Recipe.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace nibble;

static void buildNothing(OpPassManager &, const PipelineOptions &) {}

/// Whether values will be rounded to the codes of a recipe. One that cannot be read is reported by the phase assign.
static bool roundsToCodes(StringRef recipeName) {
  llvm::Expected<Recipe> recipe = Recipe::load(recipeName);
  if (recipe)
    return recipe->storesActivations();
  llvm::consumeError(recipe.takeError());
  return false;
}

static void buildNormalize(OpPassManager &passes, const PipelineOptions &options) {
  OpPassManager &onFunctions = passes.nest<func::FuncOp>();
  if (roundsToCodes(options.recipe))
    onFunctions.addPass(createWidenFloatsPass());
  onFunctions.addPass(createCanonicalizerPass());
  onFunctions.addPass(createFoldConstantsPass());
  onFunctions.addPass(createRaiseContractionsPass());
  onFunctions.addPass(createPropagateLayoutPass());
  // The filters that raising and propagation transposed, before scales are multiplied into them.
  onFunctions.addPass(createFoldConstantsPass());
  onFunctions.addPass(createFoldChannelAffinePass());
  onFunctions.addPass(createUnflattenContractionsPass());
  onFunctions.addPass(createCanonicalizerPass());
  onFunctions.addPass(createCSEPass());
}

void nibble::buildObservation(OpPassManager &passes, StringRef recipe) {
  InsertObserversPassOptions insert;
  insert.recipe = recipe.str();
  passes.addNestedPass<func::FuncOp>(createInsertObserversPass(insert));
}

static void buildCalibrate(OpPassManager &passes, const PipelineOptions &options) {
  // A recipe that needs no statistics needs no observers.
  if (options.statistics.empty())
    return;
  buildObservation(passes);
  FoldCalibrationPassOptions fold;
  fold.statistics = llvm::to_vector(options.statistics);
  passes.addPass(createFoldCalibrationPass(fold));
}

static void buildAssign(OpPassManager &passes, const PipelineOptions &options) {
  AssignSchemesPassOptions assign;
  assign.recipe = options.recipe;
  passes.addNestedPass<func::FuncOp>(createAssignSchemesPass(assign));
}

static void buildQuantize(OpPassManager &passes, const PipelineOptions &options) {
  OpPassManager &onFunctions = passes.nest<func::FuncOp>();
  ScaleChannelsAwqPassOptions scale;
  scale.statistics = llvm::to_vector(options.statistics);
  onFunctions.addPass(createScaleChannelsAwqPass(scale));
  EncodeWeightsGptqPassOptions encode;
  encode.statistics = llvm::to_vector(options.statistics);
  onFunctions.addPass(createEncodeWeightsGptqPass(encode));
  onFunctions.addPass(createQuantizePass());
}

static void buildFuse(OpPassManager &passes, const PipelineOptions &options) {
  passes.addPass(createResolveSchemesPass());
  OpPassManager &onFunctions = passes.nest<func::FuncOp>();
  onFunctions.addPass(createSinkDequantizePass());
  onFunctions.addPass(createFuseContractionsPass());
  onFunctions.addPass(createFuseReductionsPass());
  onFunctions.addPass(createTabulateFunctionsPass());
  onFunctions.addPass(createCanonicalizerPass());
  onFunctions.addPass(createCSEPass());
  if (options.requireInteger)
    onFunctions.addPass(createVerifyIntegerPass());
}

static void buildLower(OpPassManager &passes, const PipelineOptions &options) {
  options.target->buildInputPasses(passes, options.cpu);
  passes.addNestedPass<func::FuncOp>(createLowerQuantizeOpsPass());
  passes.addNestedPass<func::FuncOp>(createDecomposeAggregatesPass());
  passes.addPass(createFuseElementwisePass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  OpPassManager &onTensors = passes.nest<func::FuncOp>();
  onTensors.addPass(createFuseRowsPass());
  onTensors.addPass(createAddResultDestinationsPass());
  onTensors.addPass(createLocalizeDestinationsPass());
  onTensors.addPass(createLowerConcatPass());
  onTensors.addPass(createMaterializePaddingPass());
  // Behind the padding, which needs the zero points that packing folds into the bias.
  options.target->buildPackingPasses(passes, options.cpu);
  passes.addPass(bufferization::createEmptyTensorEliminationPass());

  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  bufferize.functionBoundaryTypeConversion = bufferization::LayoutMapOption::IdentityLayoutMap;
  passes.addPass(bufferization::createOneShotBufferizePass(bufferize));
  // Copies of a slice onto itself fold once equal views are one.
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createCanonicalizerPass());

  passes.addNestedPass<func::FuncOp>(createLocalizeReductionsPass());
  passes.addPass(createOutlineKernelsPass());
  passes.addPass(createPlanMemoryPass());
  passes.addPass(createPlanWeightsPass());
  passes.addPass(createCanonicalizerPass());
}

static void buildTarget(OpPassManager &passes, const PipelineOptions &options) {
  options.target->buildKernelPasses(passes, options.cpu);
  passes.addPass(createLowerKernelLoopsPass());
  passes.addPass(createExpandMathPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createLowerAffinePass());
  // Each op on bf16 in f32, rounded. No canonicalizer may follow: it would drop roundings.
  passes.addPass(math::createMathExtendToSupportedTypes());
  arith::ArithEmulateUnsupportedFloatsOptions emulate;
  emulate.sourceTypeStrs = {"bf16"};
  emulate.targetTypeStr = "f32";
  passes.addPass(arith::createArithEmulateUnsupportedFloats(emulate));
  passes.addPass(createConvertNibbleToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  passes.addPass(createCanonicalizerPass());
}

static constexpr PhaseInfo phases[] = {
    {Phase::Import, "import", "the model file as linalg on tensors", buildNothing, verifyNothing},
    {Phase::Normalize, "normalize", "NHWC, contractions raised, batch normalization and constants folded",
     buildNormalize, verifyNormalized},
    {Phase::Calibrate, "calibrate", "statistics of real data at every value that needs them", buildCalibrate,
     verifyNothing},
    {Phase::Assign, "assign", "a scheme for every op that can be quantized, or the reason why not", buildAssign,
     verifyAssigned},
    {Phase::Quantize, "quantize", "ranges, weights as codes, values between quantize and dequantize", buildQuantize,
     verifyQuantized},
    {Phase::Fuse, "fuse", "integer contractions with bias, activation, residual and requantization inside", buildFuse,
     verifyNothing},
    {Phase::Lower, "lower", "weights packed, one kernel for each piece of work, one workspace", buildLower,
     verifyLowered},
    {Phase::Target, "target", "the LLVM dialect", buildTarget, verifyNothing},
};

ArrayRef<PhaseInfo> nibble::getPhases() { return phases; }

const PhaseInfo *nibble::findPhase(StringRef name) {
  const PhaseInfo *found = llvm::find_if(phases, [&](const PhaseInfo &phase) { return phase.name == name; });
  return found == std::end(phases) ? nullptr : found;
}

LogicalResult nibble::runPhases(ModuleOp module, Phase first, Phase last, const PipelineOptions &options,
                                function_ref<void(PassManager &)> configure) {
  for (const PhaseInfo &phase : phases) {
    if (phase.phase < first || phase.phase > last)
      continue;
    PassManager passes(module.getContext());
    if (configure)
      configure(passes);
    phase.build(passes, options);
    if (failed(passes.run(module)) || failed(phase.verify(module)))
      return failure();
  }
  return success();
}
