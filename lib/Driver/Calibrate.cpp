//===- Calibrate.cpp - statistics for the compiler --------------------------------------------------------------------------------===//

#include "nibble/Driver/Calibrate.h"
#include "nibble/Data/DataSet.h"
#include "nibble/Runtime/Observe.h"
#include "nibble/Scheme/Recipe.h"
#include "nibble/Support/Progress.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace nibble;

CalibrationResult::CalibrationResult(CalibrationResult &&other)
    : files(std::move(other.files)), temporary(std::exchange(other.temporary, {})) {}

CalibrationResult::~CalibrationResult() {
  if (!temporary.empty())
    llvm::sys::fs::remove(temporary);
}

/// The target that this machine is, with the facts of its CPU.
static llvm::Error resolveHost(PipelineOptions &pipeline) {
  for (const TargetBackend *target : getTargets()) {
    llvm::Expected<CpuFacts> facts = target->getCpuFacts("native");
    if (facts) {
      pipeline.target = target;
      pipeline.cpu = *facts;
      return llvm::Error::success();
    }
    llvm::consumeError(facts.takeError());
  }
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 "no target compiles for this machine, which calibration has to run the model on; calibrate "
                                 "elsewhere with --save-calibration and give the file to --calibrate");
}

/// The float program of the normalized `module` with observers, compiled for this machine.
static llvm::Expected<std::unique_ptr<Program>> compileObserved(ModuleOp module) {
  PipelineOptions pipeline;
  pipeline.recipe = "float32";
  if (llvm::Error error = resolveHost(pipeline))
    return std::move(error);
  PassManager observation(module.getContext());
  buildObservation(observation);
  if (failed(observation.run(module)) || failed(runPhases(module, Phase::Fuse, Phase::Lower, pipeline)))
    return Session::reported("the program for calibration was not compiled");
  FailureOr<ProgramInfo> info = ProgramInfo::get(module);
  if (failed(info) || failed(runPhases(module, Phase::Target, Phase::Target, pipeline)))
    return Session::reported("the program for calibration was not compiled");
  JitOptions jit;
  jit.symbols["nibble_observe_channels_f32"] = reinterpret_cast<void *>(&nibble_observe_channels_f32);
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
static llvm::Error observe(Program &program, StringRef path, const data::ImageOptions &images) {
  llvm::Expected<std::unique_ptr<data::DataSet>> dataSet =
      data::DataSet::open(path, getDataInputs(program.getInfo()), images);
  if (!dataSet)
    return dataSet.takeError();
  Progress progress("calibrating on " + path.str(), (*dataSet)->getNumBatches());
  for (int64_t batch = 0; batch < (*dataSet)->getNumBatches(); ++batch) {
    llvm::Expected<std::vector<data::Array>> arrays = (*dataSet)->readBatch(batch);
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

llvm::Expected<CalibrationResult> nibble::calibrate(Session &session, ModuleOp module, const QuantizeOptions &options,
                                                    const PipelineOptions &pipeline) {
  CalibrationResult result;
  llvm::Expected<Recipe> recipe = Recipe::load(options.recipe);
  if (!recipe)
    return recipe.takeError();
  if (!recipe->needsCalibration())
    return result;
  if (options.calibrate.empty())
    return llvm::createStringError(
        llvm::inconvertibleErrorCode(),
        "recipe '" + options.recipe +
            "' stores activations as integers and has to see data: give some with --calibrate data.npz (or a folder of "
            "images), or statistics with --calibrate statistics.json; the recipe float32 needs none");
  std::vector<std::string> dataPaths;
  for (StringRef path : options.calibrate)
    (llvm::sys::path::extension(path) == ".json" ? result.files : dataPaths).push_back(path.str());
  if (!dataPaths.empty()) {
    OwningOpRef<ModuleOp> clone(module.clone());
    llvm::Expected<std::unique_ptr<Program>> program = compileObserved(*clone);
    if (!program)
      return program.takeError();
    nibble_observe_reset();
    for (StringRef path : dataPaths)
      if (llvm::Error error = observe(**program, path, recipe->getImageOptions()))
        return std::move(error);
    llvm::SmallString<128> file(options.saveCalibration);
    if (file.empty()) {
      if (std::error_code code = llvm::sys::fs::createTemporaryFile("nibble-statistics", "json", file))
        return llvm::createStringError(code, "cannot make a temporary file: " + code.message());
      result.temporary = file.str().str();
    }
    if (int code = nibble_observe_save(file.c_str()))
      return llvm::createStringError(std::error_code(code, std::generic_category()),
                                     "cannot write the statistics to '" + file.str() + "'");
    result.files.push_back(file.str().str());
  }
  return result;
}
