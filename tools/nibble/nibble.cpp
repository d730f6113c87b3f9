//===- nibble.cpp - the subcommands and their options --------------------------------------------------------------===//

#include "Help.h"
#include "Version.inc"
#include "nibble/Driver/Assign.h"
#include "nibble/Driver/Bench.h"
#include "nibble/Driver/Compile.h"
#include "nibble/Driver/Costs.h"
#include "nibble/Driver/Inspect.h"
#include "nibble/Driver/Report.h"
#include "nibble/Driver/Run.h"
#include "nibble/Driver/Sensitivity.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"
#include <csignal>

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
static cl::SubCommand sensitivityCommand("sensitivity", "What each scheme of each layer loses, into a file");
static cl::SubCommand costsCommand("costs", "What each scheme of each layer takes on this machine, into a file");
static cl::SubCommand assignCommand("assign", "The best scheme for each layer, from losses and costs, as a recipe");

static cl::OptionCategory modelOptions("Model"), quantizeOptions("Quantization"), programOptions("Program"),
    commandOptions("This subcommand");

//===-------------------------------------------------------------------------------------------------------------===//
// Options shared by several subcommands
//===-------------------------------------------------------------------------------------------------------------===//

#define FOR_COMPILERS cl::sub(compileCommand), cl::sub(reportCommand), cl::sub(runCommand)
#define FOR_STUDIES cl::sub(sensitivityCommand), cl::sub(costsCommand)
#define FOR_MODELS FOR_COMPILERS, FOR_STUDIES, cl::sub(inspectCommand)

static cl::opt<std::string> modelPath(cl::Positional, cl::desc("<model.onnx or .mlir>"), cl::cat(modelOptions),
                                      cl::sub(compileCommand), cl::sub(reportCommand), cl::sub(inspectCommand), FOR_STUDIES);
static cl::opt<std::string> programPath(cl::Positional, cl::desc("<library.so or model>"), cl::cat(modelOptions),
                                        cl::sub(runCommand));
static cl::opt<std::string> libraryPath(cl::Positional, cl::desc("<library.so>"), cl::cat(modelOptions),
                                        cl::sub(benchCommand));
static cl::list<std::string> dims("dim", cl::desc("Bind a symbolic dimension of the model (default: the batch is 1)"),
                                  cl::value_desc("name=value"), cl::CommaSeparated, cl::cat(modelOptions), FOR_MODELS);
static cl::opt<std::string> programName("name", cl::value_desc("identifier"), cl::cat(modelOptions),
                                        cl::desc("Name of the program, the prefix of its symbols (default: that of the file)"),
                                        FOR_MODELS);

static cl::list<std::string> weightFiles("weights", cl::value_desc("file"), cl::cat(modelOptions),
                                         cl::desc("Weights in place of the model's, by their names: .safetensors, its\n"
                                                  ".index.json, or .gguf; what is quantized stays so, bit for bit"),
                                         FOR_MODELS);
static cl::opt<std::string> weightMap("weights-map", cl::value_desc("file"), cl::cat(modelOptions),
                                      cl::desc("Lines 'name in the model = name in the checkpoint', where names differ"),
                                      FOR_MODELS);
static cl::list<std::string> adapterFiles("lora", cl::value_desc("file.safetensors"), cl::cat(modelOptions),
                                          cl::desc("LoRA adapters (PEFT), as products beside those with the weights"),
                                          FOR_MODELS);
static cl::opt<bool> mergeAdapters("merge-lora", cl::cat(modelOptions),
                                   cl::desc("Add the adapters to the weights, which must be floats"), FOR_MODELS);

static cl::opt<std::string> recipe("recipe", cl::init("w8a8"), cl::value_desc("name or file.yaml"),
                                   cl::desc("How to quantize (default: w8a8): w8a8, w8a8-dynamic, w8a16, w4a8-g32, w4a32-g32,\n"
                                            "w4a16-g128, float32, auto, … or a file"),
                                   cl::cat(quantizeOptions), FOR_COMPILERS, cl::sub(inspectCommand));
static cl::list<std::string> schemeFiles("scheme", cl::value_desc("file.mlir"), cl::CommaSeparated, cl::cat(quantizeOptions),
                                         cl::desc("Declarations of schemes (nibble.scheme) that the recipe names as @name"),
                                         FOR_COMPILERS, FOR_STUDIES, cl::sub(inspectCommand));
static cl::list<std::string> calibration("calibrate", cl::value_desc("data"), cl::CommaSeparated, cl::cat(quantizeOptions),
                                         cl::desc("Data to calibrate with: .npz, .npy, a folder of .npy files or of images,\n"
                                                  "or statistics (.json); several are taken in order"),
                                         FOR_COMPILERS, cl::sub(sensitivityCommand));
static cl::opt<std::string> saveCalibration("save-calibration", cl::value_desc("file.json"), cl::cat(quantizeOptions),
                                            cl::desc("Keep the statistics of everything that --calibrate names"),
                                            FOR_COMPILERS, cl::sub(sensitivityCommand));
static cl::opt<bool> requireInteger("require-integer", cl::cat(quantizeOptions),
                                    cl::desc("Fail when an op that the recipe assigned an integer scheme stays float"),
                                    FOR_COMPILERS);
static cl::opt<std::string> target("target", cl::init("x86"), cl::value_desc("name"), cl::cat(programOptions),
                                   cl::desc("Target to compile for (default: x86)"), FOR_COMPILERS, cl::sub(costsCommand));
static cl::opt<std::string> cpu("cpu", cl::init("native"), cl::value_desc("name"), cl::cat(programOptions),
                                cl::desc("CPU to compile for: native (default, the one of this machine), a level (avx2,\n"
                                         "avxvnni, avx512vnni), x86-64-v3, x86-64-v4, or a processor, for example znver4"),
                                FOR_COMPILERS, cl::sub(costsCommand));

static cl::OptionCategory assignmentOptions("Assignment (recipe auto)");
static cl::opt<std::string> minimize("minimize", cl::init("loss"), cl::value_desc("quantity"), cl::cat(assignmentOptions),
                                     cl::desc("What to minimize: loss (default), time or size"), FOR_COMPILERS, cl::sub(assignCommand));
static cl::opt<std::string> maxLoss("max-loss", cl::value_desc("loss"), cl::cat(assignmentOptions),
                                    cl::desc("The most that may be lost"), FOR_COMPILERS, cl::sub(assignCommand));
static cl::opt<std::string> maxTime("max-time", cl::value_desc("time"), cl::cat(assignmentOptions),
                                    cl::desc("The most time for one run: 12us (ns, us, ms, s), or 0.7x of float32's"),
                                    FOR_COMPILERS, cl::sub(assignCommand));
static cl::opt<std::string> maxSize("max-size", cl::value_desc("size"), cl::cat(assignmentOptions),
                                    cl::desc("The most memory for constants: 1.5MB (B, kB, KiB, …), 0.2x of float32's, or\n"
                                             "4.5bits for each weight"),
                                    FOR_COMPILERS, cl::sub(assignCommand));
static cl::list<std::string> candidates("candidates", cl::value_desc("recipes"), cl::CommaSeparated, cl::cat(assignmentOptions),
                                        cl::desc("Recipes that layers may get, names or files, beside float32\n"
                                                 "(default: w8a8,w4a8-g32,w8a16,w4a32-g32; in assign all in the files)"),
                                        FOR_COMPILERS, FOR_STUDIES, cl::sub(assignCommand));

//===-------------------------------------------------------------------------------------------------------------===//
// Options of one subcommand
//===-------------------------------------------------------------------------------------------------------------===//

static cl::opt<std::string> output("o", cl::value_desc("file"), cl::desc("Where to write it ('-': standard output, text only)"),
                                   cl::cat(programOptions), cl::sub(compileCommand));
static cl::opt<std::string> emit("emit", cl::init("exe"), cl::value_desc("kind"), cl::cat(programOptions),
                                 cl::desc("What to write (default: exe)\n"
                                          "  exe     static executable\n"
                                          "  object  object file, and a C header beside it\n"
                                          "  static  library with a pool of threads, and a C header\n"
                                          "  shared  the same as a shared library\n"
                                          "  asm, llvm, mlir  text: assembly, LLVM IR, the LLVM dialect"),
                                 cl::sub(compileCommand));
static const std::string phaseList = [] {
  std::string list = "Stop after a phase and write the IR:";
  for (const PhaseInfo &phase : getPhases())
    list += llvm::formatv("\n  {0,-10} {1}", phase.name, phase.summary).str();
  return list;
}();
static cl::opt<std::string> compileTo("compile-to", cl::value_desc("phase"), cl::cat(commandOptions),
                                      cl::desc(phaseList), cl::sub(compileCommand));
static cl::opt<bool> elideWeights("elide-weights", cl::desc("Leave large constants out of the IR"), cl::cat(commandOptions),
                                  cl::sub(compileCommand));
static cl::opt<int> compileThreads("threads", cl::init(0), cl::value_desc("number"), cl::cat(programOptions),
                                   cl::desc("The most threads that the program may use, and uses unless told otherwise\n"
                                            "(default: one thread, any number when asked for)"),
                                   cl::sub(compileCommand));

static cl::list<std::string> inputs("input", cl::value_desc("[name=]file.npy"), cl::desc("An input of the program"),
                                    cl::cat(commandOptions), cl::sub(runCommand));
static cl::opt<std::string> outputDir("output-dir", cl::value_desc("folder"), cl::init("."), cl::cat(commandOptions),
                                      cl::desc("Where to write one .npy for each output (default: here)"), cl::sub(runCommand));
static cl::opt<bool> reference("reference", cl::cat(commandOptions), cl::sub(runCommand),
                               cl::desc("Evaluate the model on the reference interpreter: @main on the inputs, and every\n"
                                        "function without arguments that has checks (nibble_check)"));
static cl::opt<std::string> golden("write-golden", cl::value_desc("file.mlir"), cl::cat(commandOptions), cl::sub(runCommand),
                                   cl::desc("With --reference: write the model, the inputs and the outputs as a test of itself,\n"
                                            "instead of the outputs alone"));
static cl::opt<bool> compare("compare", cl::cat(commandOptions), cl::sub(runCommand),
                             cl::desc("Compile the model and compare it with the reference; names the first op that differs.\n"
                                      "Makes up inputs when none are given"));
static cl::opt<int> runThreads("threads", cl::init(1), cl::value_desc("number"), cl::cat(commandOptions),
                               cl::desc("Number of threads (default: 1)"), cl::sub(runCommand));

static cl::opt<std::string> benchCase("case", cl::value_desc("name"), cl::cat(commandOptions),
                                      cl::desc("Name of the case in the output (default: that of the program)"),
                                      cl::sub(benchCommand));
static cl::list<int> benchThreads("threads", cl::CommaSeparated, cl::value_desc("numbers"), cl::cat(commandOptions),
                                  cl::desc("Numbers of threads to measure (default: 1)"), cl::sub(benchCommand));
static cl::opt<bool> json("json", cl::desc("One JSON object a line"), cl::cat(commandOptions), cl::sub(benchCommand));
static cl::opt<double> benchSeconds("seconds", cl::init(1.0), cl::value_desc("time"), cl::cat(commandOptions),
                                    cl::desc("How long to measure each (default: 1)"), cl::sub(benchCommand));

static cl::list<std::string> testData("data", cl::value_desc("data"), cl::cat(commandOptions), cl::CommaSeparated,
                                      cl::desc("Data to test on: .npz, .npy or a folder, as for --calibrate"),
                                      cl::sub(reportCommand), cl::sub(sensitivityCommand));
static cl::opt<std::string> labelKey("label-key", cl::value_desc("name"), cl::cat(commandOptions),
                                     cl::desc("The array of --data that holds the labels: class numbers"),
                                     cl::sub(reportCommand));
static cl::opt<std::string> html("html", cl::value_desc("file.html"), cl::cat(commandOptions),
                                 cl::desc("Where to write the page with plots (default: NAME-report.html here)"),
                                 cl::sub(reportCommand));
static cl::opt<std::string> reportFront("pareto", cl::value_desc("front.csv"), cl::cat(commandOptions),
                                        cl::desc("A front that nibble assign wrote, to plot on the page"), cl::sub(reportCommand));
static cl::opt<bool> noHtml("no-html", cl::desc("Text only"), cl::cat(commandOptions), cl::sub(reportCommand));

static cl::opt<std::string> filePath("o", cl::value_desc("file"), cl::desc("Where to write the file"), cl::cat(commandOptions), FOR_STUDIES,
                                     cl::sub(assignCommand));
static cl::opt<std::string> inputRecipe("recipe", cl::init("float32"), cl::value_desc("file.yaml"), cl::cat(quantizeOptions),
                                        cl::desc("A recipe whose section 'input' says how images become the input"), FOR_STUDIES);
static cl::opt<std::string> lossPath(cl::Positional, cl::desc("<loss.json>"), cl::cat(commandOptions), cl::sub(assignCommand));
static cl::opt<std::string> costPath(cl::Positional, cl::desc("<cost.json>"), cl::cat(commandOptions), cl::sub(assignCommand));
static cl::opt<std::string> pinRecipe("recipe", cl::init("auto"), cl::value_desc("file.yaml"), cl::cat(assignmentOptions),
                                      cl::desc("Rules that pin layers to a recipe or to float, and leave others to 'recipe: auto'"),
                                      cl::sub(assignCommand));
static cl::opt<std::string> lossMeasure("measure", cl::value_desc("name"), cl::cat(assignmentOptions),
                                        cl::desc("Losses to add up: kl (default where outputs are scores) or sqnr"),
                                        cl::sub(assignCommand));
static cl::opt<std::string> frontPath("pareto", cl::value_desc("front.csv"), cl::cat(commandOptions),
                                      cl::desc("Where to write the assignments that no other one beats"), cl::sub(assignCommand));
static cl::opt<double> assignSeconds("seconds", cl::init(60), cl::value_desc("time"), cl::cat(commandOptions),
                                     cl::desc("How long to search at most (default: 60)"), cl::sub(assignCommand));

//===-------------------------------------------------------------------------------------------------------------===//
// Dispatch
//===-------------------------------------------------------------------------------------------------------------===//

static llvm::Error makeError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

/// The file that a subcommand works on.
static llvm::Expected<ModelOptions> getModelOptions(llvm::StringRef path) {
  if (path.empty())
    return makeError("expected the file of a model; see nibble <subcommand> --help");
  ModelOptions options;
  options.path = path;
  options.name = programName;
  options.schemes.assign(schemeFiles.begin(), schemeFiles.end());
  options.weights = {{weightFiles.begin(), weightFiles.end()}, weightMap, {adapterFiles.begin(), adapterFiles.end()},
                     mergeAdapters};
  if (weightFiles.empty() && !weightMap.empty())
    return makeError("--weights-map needs --weights");
  if (adapterFiles.empty() && mergeAdapters)
    return makeError("--merge-lora needs --lora");
  for (llvm::StringRef dim : dims) {
    auto [name, text] = dim.rsplit('=');
    int64_t value;
    if (name.empty() || text.getAsInteger(10, value) || value < 1)
      return makeError("--dim expects name=value with a whole number of at least 1, got '" + dim + "'");
    options.dims[name] = value;
  }
  return options;
}

static AssignmentGoal getGoal() { return {minimize, maxLoss, maxTime, maxSize, {candidates.begin(), candidates.end()}}; }

static QuantizeOptions getQuantizeOptions() {
  QuantizeOptions options;
  options.recipe = recipe;
  options.calibrate.assign(calibration.begin(), calibration.end());
  options.saveCalibration = saveCalibration;
  options.requireInteger = requireInteger;
  options.goal = getGoal();
  return options;
}

static TargetOptions getTargetOptions() { return {target, cpu}; }

static llvm::Error compile(const ModelOptions &model) {
  if (output.empty())
    return makeError("expected -o FILE: where to write the program");
  if (compileThreads.getNumOccurrences() && compileThreads < 1)
    return makeError("--threads: expected a number of at least 1, got " + llvm::Twine(compileThreads));
  return compileModel({model, getQuantizeOptions(), getTargetOptions(), emit, compileTo, output, compileThreads, elideWeights});
}

static llvm::Error run(const ModelOptions &model) {
  if (!golden.empty() && !reference)
    return makeError("--write-golden needs --reference, which computes what is written");
  if (compare && reference)
    return makeError("expected --reference or --compare, got both");
  return runModel({model, getQuantizeOptions(), getTargetOptions(), {inputs.begin(), inputs.end()}, outputDir, runThreads,
                   reference, golden, compare});
}

static llvm::Error bench(const ModelOptions &library) {
  return benchProgram({library.path, benchCase, {benchThreads.begin(), benchThreads.end()}, benchSeconds, json});
}

static llvm::Error report(const ModelOptions &model) {
  return reportModel({model, getQuantizeOptions(), getTargetOptions(), {testData.begin(), testData.end()}, labelKey, html, !noHtml,
                      reportFront});
}

static llvm::Error sensitivity(const ModelOptions &model) {
  if (filePath.empty())
    return makeError("expected -o FILE: where to write the losses");
  QuantizeOptions quantize = getQuantizeOptions();
  quantize.recipe = inputRecipe;
  return measureSensitivity({model, quantize, getGoal().candidates, {testData.begin(), testData.end()}, filePath});
}

static llvm::Error costs(const ModelOptions &model) {
  if (filePath.empty())
    return makeError("expected -o FILE: where to write the costs");
  return measureCosts({model, inputRecipe, getTargetOptions(), getGoal().candidates, filePath});
}

static llvm::Error assign() {
  if (lossPath.empty() || costPath.empty())
    return makeError("expected the files of nibble sensitivity and nibble costs; see nibble assign --help");
  if (filePath.empty())
    return makeError("expected -o FILE: where to write the recipe");
  return assignSchemes({lossPath, costPath, pinRecipe, getGoal(), lossMeasure, filePath, frontPath, assignSeconds});
}

static llvm::Error dispatch() {
  if (assignCommand)
    return assign();
  const std::pair<bool, llvm::Error (*)(const ModelOptions &)> commands[] = {
      {bool(compileCommand), compile},
      {bool(runCommand), run},
      {bool(benchCommand), bench},
      {bool(reportCommand), report},
      {bool(sensitivityCommand), sensitivity},
      {bool(costsCommand), costs},
      {bool(inspectCommand), [](const ModelOptions &model) { return inspectModel(model, recipe); }}};
  for (auto [isChosen, command] : commands) {
    if (!isChosen)
      continue;
    llvm::StringRef path = runCommand ? programPath : benchCommand ? libraryPath : modelPath;
    llvm::Expected<ModelOptions> model = getModelOptions(path);
    return model ? command(*model) : model.takeError();
  }
  return makeError("expected a subcommand; see nibble --help");
}

/// What standard output could not take, on a full disk, say.
static llvm::Error flushOutput() {
  llvm::outs().flush();
  std::error_code code = llvm::outs().error();
  llvm::outs().clear_error();
  return code ? makeError("standard output: " + code.message()) : llvm::Error::success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  // A file that cannot grow is an error like any other, not a signal.
  std::signal(SIGXFSZ, SIG_IGN);
  cl::SetVersionPrinter([](llvm::raw_ostream &out) { out << "nibble " NIBBLE_VERSION ", with LLVM " LLVM_VERSION_STRING "\n"; });
  if (!parseCommandLine(argc, argv, {&modelOptions, &quantizeOptions, &assignmentOptions, &programOptions, &commandOptions}))
    return 1;
  llvm::Error error = llvm::joinErrors(dispatch(), flushOutput());
  if (!error)
    return 0;
  llvm::handleAllErrors(std::move(error), [](const llvm::ErrorInfoBase &info) {
    llvm::WithColor::error(llvm::errs(), "nibble") << info.message() << "\n";
  });
  return 1;
}
