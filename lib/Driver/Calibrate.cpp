//===- Calibrate.cpp - statistics for the compiler --------------------------------------------------------------------------------===//

#include "nibble/Driver/Calibrate.h"
#include "ModelInterface.h"
#include "PhaseRunner.h"
#include "ResolveTarget.h"
#include "nibble/Calibration/StatisticsFile.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Runtime/Observe.h"
#include "nibble/Scheme/Recipe.h"
#include "nibble/Support/Progress.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace nibble;

/// The float program of the normalized `module` with the observers that `recipe` needs, compiled for this machine.
static llvm::Expected<std::unique_ptr<Program>> compileObserved(ModuleOp module, StringRef recipe) {
  PipelineOptions pipeline;
  pipeline.recipe = "float32";
  if (llvm::Error error = resolveHost(pipeline))
    return std::move(error);
  PassManager observation(module.getContext());
  buildObservation(observation, recipe);
  if (failed(observation.run(module)))
    return Session::reported("the program for calibration was not compiled");
  PhaseRunner runner("compiling for calibration", Phase::Fuse, Phase::Target, /*emits=*/true);
  if (failed(runner.run(module, Phase::Fuse, Phase::Target, pipeline)))
    return Session::reported("the program for calibration was not compiled");
  runner.beginEmission();
  FailureOr<ProgramInfo> info = ProgramInfo::get(module);
  if (failed(info))
    return Session::reported("the program for calibration was not compiled");
  JitOptions jit;
  jit.symbols["nibble_observe_channels_f32"] = reinterpret_cast<void *>(&nibble_observe_channels_f32);
  jit.symbols["nibble_observe_magnitudes_f32"] = reinterpret_cast<void *>(&nibble_observe_magnitudes_f32);
  jit.symbols["nibble_observe_gram_f32"] = reinterpret_cast<void *>(&nibble_observe_gram_f32);
  jit.machine = {pipeline.target->getDefaultTriple(), pipeline.cpu.llvmCpu, pipeline.cpu.llvmFeatures};
  return Program::compile(module, *info, jit);
}

std::vector<data::DataInput> nibble::getDataInputs(const nibble_info &info) {
  std::vector<data::DataInput> inputs;
  for (const nibble_tensor &tensor : llvm::ArrayRef(info.inputs, static_cast<size_t>(info.num_inputs)))
    inputs.push_back({tensor.name,
                      {static_cast<nibble_dtype>(tensor.dtype), data::Shape(tensor.shape, tensor.shape + tensor.rank)},
                      tensor.batch_axis});
  return inputs;
}

/// Runs the observed program over all batches of one data set.
static llvm::Error observe(Program &program, StringRef path, data::DataSet &data) {
  Progress progress("calibrating on " + path.str(), data.getNumBatches());
  for (int64_t batch = 0; batch < data.getNumBatches(); ++batch) {
    llvm::Expected<std::vector<data::Array>> arrays = data.readBatch(batch);
    if (!arrays)
      return arrays.takeError();
    std::vector<ArrayView> views;
    for (const data::Array &array : *arrays)
      views.push_back({array.type.dtype, array.type.shape, array.bytes.data()});
    llvm::Expected<std::vector<OwnedArray>> outputs = program.run(views);
    if (!outputs)
      return outputs.takeError();
    nibble_observe_batch_end();
    progress.update(batch + 1);
  }
  return llvm::Error::success();
}

namespace {

/// Gathers statistics from everything that `--calibrate` names, in that order.
class Gatherer {
public:
  Gatherer(ModuleOp module, StringRef recipe, const data::ImageOptions &images)
      : module(module.clone()), recipe(recipe), images(images) {}

  /// Opens what `path` names, so that what cannot be read is said before anything is compiled.
  llvm::Error add(StringRef path) {
    Source &source = sources.emplace_back();
    source.path = path.str();
    if (llvm::sys::path::extension(path) == ".json")
      return calibration::StatisticsFile::load(path).moveInto(source.statistics);
    llvm::Expected<ModelInterface> interface = ModelInterface::get(*module);
    if (!interface)
      return interface.takeError();
    InterfaceInfo described(interface->getInputs(), interface->getOutputs());
    return data::DataSet::open(path, getDataInputs(described.info), images).moveInto(source.data);
  }

  /// The statistics of all sources, merged.
  llvm::Expected<calibration::StatisticsFile> gather() {
    calibration::StatisticsFile merged;
    for (Source &source : sources) {
      if (source.data)
        if (llvm::Error error = run(source).moveInto(source.statistics))
          return std::move(error);
      if (llvm::Error error = merged.merge(source.statistics))
        return std::move(error);
    }
    return merged;
  }

private:
  /// Statistics that somebody kept, or data to run the model over.
  struct Source {
    std::string path;
    calibration::StatisticsFile statistics;
    std::unique_ptr<data::DataSet> data;
  };

  llvm::Expected<calibration::StatisticsFile> run(Source &source) {
    if (!program)
      if (llvm::Error error = compileObserved(*module, recipe).moveInto(program))
        return std::move(error);
    nibble_observe_reset();
    if (llvm::Error error = observe(*program, source.path, *source.data))
      return std::move(error);
    std::string text;
    nibble_observe_write([](void *sink, const char *begin, size_t size) { static_cast<std::string *>(sink)->append(begin, size); },
                         &text);
    return calibration::StatisticsFile::parse(text, source.path);
  }

  OwningOpRef<ModuleOp> module;
  std::string recipe;
  const data::ImageOptions &images;
  std::vector<Source> sources;
  /// Compiled when there is data.
  std::unique_ptr<Program> program;
};

} // namespace

/// A recipe that must see data and gets none.
static llvm::Error makeMissingDataError(StringRef name, const Recipe &recipe) {
  std::string others;
  for (StringRef builtin : Recipe::getBuiltinNames()) {
    llvm::Expected<Recipe> other = Recipe::load(builtin);
    if (other && !other->needsCalibration())
      others += (others.empty() ? "" : ", ") + builtin.str();
    if (!other)
      llvm::consumeError(other.takeError());
  }
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 "recipe '" + name + "' " +
                                     (recipe.needsRanges() ? "stores activations as integers" : "rounds weights by their inputs") +
                                     " and has to see data: give some with --calibrate (an "
                                     ".npz file, a folder of .npy files or of images, or statistics that --save-calibration "
                                     "kept); recipes that need none: " +
                                     others);
}

/// Whether some of the model came quantized.
static bool hasCodes(ModuleOp module) {
  return module.walk([](Operation *op) {
    auto contraction = dyn_cast<ContractionOpInterface>(op);
    bool isInteger = contraction && contraction.getInputSchemeAttr();
    return isInteger || isa<DequantizeOp, QuantizeOp>(op) ? WalkResult::interrupt() : WalkResult::advance();
  }).wasInterrupted();
}

llvm::Expected<CalibrationResult> nibble::calibrate(Session &session, ModuleOp module, const QuantizeOptions &options) {
  CalibrationResult result;
  llvm::Expected<Recipe> recipe = Recipe::load(options.recipe);
  if (!recipe)
    return recipe.takeError();
  if (!recipe->needsCalibration() && options.saveCalibration.empty())
    return result;
  // A model that came quantized needs no data for what it quantized; the rest stays float without.
  if (options.calibrate.empty() && options.saveCalibration.empty() && hasCodes(module))
    return result;
  if (options.calibrate.empty())
    return makeMissingDataError(options.recipe, *recipe);
  Gatherer gatherer(module, options.recipe, recipe->getImageOptions());
  for (StringRef path : options.calibrate)
    if (llvm::Error error = gatherer.add(path))
      return std::move(error);
  llvm::Expected<calibration::StatisticsFile> statistics = gatherer.gather();
  if (!statistics)
    return statistics.takeError();
  result = CalibrationResult(options.saveCalibration);
  if (options.saveCalibration.empty()) {
    llvm::Expected<TemporaryFile> temporary = TemporaryFile::create("nibble-statistics", "json");
    if (!temporary)
      return temporary.takeError();
    result = CalibrationResult(std::move(*temporary));
  }
  if (llvm::Error error = statistics->save(result.getFile()))
    return std::move(error);
  return result;
}
