//===- nibble.cpp - compile, report, run, bench, inspect -----------------------------------------------------------===//

#include "nibble/Driver/Bench.h"
#include "nibble/Driver/Compile.h"
#include "nibble/Driver/Inspect.h"
#include "nibble/Driver/Report.h"
#include "nibble/Driver/Run.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"

using namespace nibble;
namespace cl = llvm::cl;

//===-------------------------------------------------------------------------------------------------------------===//
// Subcommands
//===-------------------------------------------------------------------------------------------------------------===//

static cl::SubCommand compileCommand("compile", "Turn a trained model into a quantized native program");
static cl::SubCommand runCommand("run", "Run a compiled library, or a model, on arrays");
static cl::SubCommand benchCommand("bench", "Time a compiled library");
static cl::SubCommand reportCommand("report", "Accuracy, error of each layer, size and speed of a quantized model");
static cl::SubCommand inspectCommand("inspect", "Inputs, outputs and ops of a model, and what would be quantized");

static cl::extrahelp examples(R"(
EXAMPLES:
  nibble compile resnet20.onnx --calibrate calib.npz -o resnet20     an executable: ./resnet20 --help
  nibble compile m.onnx --calibrate calib.npz --emit=object -o m.o   m.o and m.h, to link into a C program
  nibble compile m.onnx --recipe float32 --emit=shared -o m.so       no quantization
  nibble compile m.onnx --calibrate a.npz --compile-to=fuse -o -     the IR after a phase
  nibble run m.so --input x.npy --output-dir out/                    one .npy for each output
  nibble run m.onnx --reference --input x.npy --output-dir out/      the float model on the reference interpreter
  nibble bench m.so --case m/int8/batch1 --threads 1,2 --json
  nibble report m.onnx --calibrate calib.npz --data test.npz --label-key y
  nibble inspect m.onnx
  nibble inspect m.gguf                                              metadata and tensors of a GGUF or safetensors file
)");

//===-------------------------------------------------------------------------------------------------------------===//
// Options shared by several subcommands
//===-------------------------------------------------------------------------------------------------------------===//

#define FOR_MODELS cl::sub(compileCommand), cl::sub(reportCommand), cl::sub(inspectCommand), cl::sub(runCommand)
#define FOR_COMPILERS cl::sub(compileCommand), cl::sub(reportCommand), cl::sub(runCommand)

static cl::opt<std::string> modelPath(cl::Positional, cl::Required, cl::desc("<model or library>"), FOR_MODELS,
                                      cl::sub(benchCommand));
static cl::list<std::string> dims("dim", cl::desc("Bind a symbolic dimension of the model; the batch is 1 by default"),
                                  cl::value_desc("name=value"), cl::CommaSeparated, FOR_MODELS);
static cl::opt<std::string> programName("name", cl::desc("Name of the program, the prefix of its symbols"), FOR_MODELS);

static cl::opt<std::string> recipe("recipe", cl::init("w8a8"), cl::value_desc("name|file.yaml"),
                                   cl::desc("How to quantize: w8a8, float32 or a file (default: w8a8)"), FOR_COMPILERS,
                                   cl::sub(inspectCommand));
static cl::list<std::string> calibration("calibrate", cl::value_desc("data"), cl::CommaSeparated,
                                         cl::desc("Data to calibrate with: .npz, .npy, a folder of .npy or of images, or "
                                                  "statistics (.json); may be given several times"),
                                         FOR_COMPILERS);
static cl::opt<std::string> saveCalibration("save-calibration", cl::value_desc("file.json"),
                                            cl::desc("Keep the statistics"), FOR_COMPILERS);
static cl::opt<bool> requireInteger("require-integer",
                                    cl::desc("Fail when an op that the recipe assigned an integer scheme stays float"),
                                    FOR_COMPILERS);
static cl::opt<std::string> target("target", cl::init("x86"), cl::desc("Target to compile for (default: x86)"),
                                   FOR_COMPILERS);
static cl::opt<std::string> cpu("cpu", cl::init("native"), cl::value_desc("native|x86-64-v3|x86-64-v4|znver4|…"),
                                cl::desc("CPU to compile for (default: native, the one of this machine)"), FOR_COMPILERS);

//===-------------------------------------------------------------------------------------------------------------===//
// Options of one subcommand
//===-------------------------------------------------------------------------------------------------------------===//

static cl::opt<std::string> output("o", cl::value_desc("file"), cl::desc("Where to write the program ('-' for text)"),
                                   cl::sub(compileCommand));
static cl::opt<std::string> emit("emit", cl::init("exe"), cl::value_desc("exe|object|static|shared|asm|llvm|mlir"),
                                 cl::desc("Kind of output (default: exe)"), cl::sub(compileCommand));
static cl::opt<std::string> compileTo("compile-to", cl::value_desc("phase"),
                                      cl::desc("Write the IR after import, normalize, calibrate, assign, quantize, fuse, "
                                               "lower or target"),
                                      cl::sub(compileCommand));
static cl::opt<bool> elideWeights("elide-weights", cl::desc("Leave large constants out of printed IR"),
                                  cl::sub(compileCommand));
static cl::opt<int> compileThreads("threads", cl::init(1),
                                   cl::desc("Threads that the program uses unless told otherwise (default: 1)"),
                                   cl::sub(compileCommand));

static cl::list<std::string> inputs("input", cl::value_desc("[name=]file.npy"), cl::desc("An input of the program"),
                                    cl::sub(runCommand));
static cl::opt<std::string> outputDir("output-dir", cl::value_desc("folder"), cl::init("."),
                                      cl::desc("Where to write one .npy for each output"), cl::sub(runCommand));
static cl::opt<bool> reference("reference", cl::desc("Evaluate the float model on the reference interpreter"),
                               cl::sub(runCommand));
static cl::opt<int> runThreads("threads", cl::init(1), cl::desc("Number of threads"), cl::sub(runCommand));

static cl::opt<std::string> benchCase("case", cl::desc("Name of the case in the output"), cl::sub(benchCommand));
static cl::list<int> benchThreads("threads", cl::CommaSeparated, cl::desc("Numbers of threads to measure"),
                                  cl::sub(benchCommand));
static cl::opt<bool> json("json", cl::desc("One JSON object a line"), cl::sub(benchCommand));
static cl::opt<double> benchSeconds("seconds", cl::init(1.0), cl::desc("How long to measure each (default: 1)"),
                                    cl::sub(benchCommand));

static cl::list<std::string> testData("data", cl::desc("Data to test on, as for --calibrate"), cl::sub(reportCommand));
static cl::opt<std::string> labelKey("label-key", cl::desc("Name of the array with the labels"), cl::sub(reportCommand));
static cl::opt<std::string> html("html", cl::value_desc("file.html"), cl::desc("Also write the report as one HTML page"),
                                 cl::sub(reportCommand));

//===-------------------------------------------------------------------------------------------------------------===//
// Dispatch
//===-------------------------------------------------------------------------------------------------------------===//

static llvm::Expected<ModelOptions> getModelOptions() {
  ModelOptions options;
  options.path = modelPath;
  options.name = programName;
  for (llvm::StringRef dim : dims) {
    auto [name, text] = dim.rsplit('=');
    int64_t value;
    if (name.empty() || text.getAsInteger(10, value) || value < 0)
      return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                     "--dim expects name=value with a whole number, got '" + dim + "'");
    options.dims[name] = value;
  }
  return options;
}

static QuantizeOptions getQuantizeOptions() {
  QuantizeOptions options;
  options.recipe = recipe;
  options.calibrate.assign(calibration.begin(), calibration.end());
  options.saveCalibration = saveCalibration;
  options.requireInteger = requireInteger;
  return options;
}

static llvm::Error dispatch() {
  llvm::Expected<ModelOptions> model = getModelOptions();
  if (!model)
    return model.takeError();
  if (compileCommand) {
    CompileOptions options{*model, getQuantizeOptions(), {target, cpu, compileThreads}, emit, compileTo, output,
                           elideWeights};
    if (options.output.empty())
      return llvm::createStringError(llvm::inconvertibleErrorCode(), "-o says where to write the program; it is missing");
    return compileModel(options);
  }
  if (runCommand) {
    RunOptions options{*model, getQuantizeOptions(), {target, cpu, runThreads}, {inputs.begin(), inputs.end()},
                       outputDir, reference};
    return runModel(options);
  }
  if (benchCommand)
    return benchProgram({modelPath, benchCase, {benchThreads.begin(), benchThreads.end()}, benchSeconds, json});
  if (reportCommand)
    return reportModel({*model, getQuantizeOptions(), {target, cpu, 1}, {testData.begin(), testData.end()}, labelKey, html});
  if (inspectCommand)
    return inspectModel(*model, recipe);
  return llvm::createStringError(llvm::inconvertibleErrorCode(), "expected a subcommand; see nibble --help");
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "nibble: trained model in, quantized native program out\n");
  llvm::Error error = dispatch();
  if (!error)
    return 0;
  llvm::handleAllErrors(std::move(error), [](const llvm::ErrorInfoBase &info) {
    llvm::WithColor::error(llvm::errs(), "nibble") << info.message() << "\n";
  });
  return 1;
}
