//===- Help.cpp - what `nibble --help` teaches ----------------------------------------------------------------------------===//

#include "Help.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

using namespace nibble;
namespace cl = llvm::cl;

static constexpr llvm::StringLiteral generalExamples = R"(
EXAMPLES:
  nibble compile m.onnx --calibrate calib.npz -o m       an int8 executable: ./m --input x.npy --output-dir out/
  nibble report m.onnx --calibrate calib.npz --data test.npz --label-key y
                                                         how good, how large and how fast it is
  nibble inspect m.onnx                                  what is in a model, and what would be quantized
  nibble compile m.onnx --recipe float32 --emit=shared -o m.so
  nibble run m.so --input x.npy --output-dir out/        run it
  nibble bench m.so --threads 1,2                        time it

  nibble compile --help shows the options of a subcommand, and more examples.
)";

static constexpr llvm::StringLiteral compileExamples = R"(
EXAMPLES:
  nibble compile m.onnx --calibrate calib.npz -o m
      An int8 executable that needs nothing beside it: ./m --input x.npy --output-dir out/ (./m --help says more).
      calib.npz has an array for each input, named after it: a few hundred typical samples.
  nibble compile m.onnx --calibrate photos/ --recipe my.yaml -o m
      Calibrated on a folder of PNG or JPEG images; `input:` in the recipe says how they become the input.
  nibble compile m.onnx --recipe float32 -o m
      No quantization; needs no data.
  nibble compile m.onnx --weights m-gptq.safetensors --recipe float32 -o m
      The weights of a checkpoint, by their names: GPTQ, AWQ, bitsandbytes, compressed-tensors, GGUF or floats, bit for bit.
  nibble compile m.onnx --calibrate calib.npz --emit=object -o m.o
      m.o and m.h, to link into a C or C++ program; --emit=static and --emit=shared have a pool of threads with them.
  nibble compile m.onnx --calibrate calib.npz --recipe auto --max-size 0.2x -o m
      The scheme of each layer is found: what loses least in a fifth of the size, by losses and times that are measured.
  nibble compile m.onnx --calibrate calib.npz --dim batch=8 --cpu=x86-64-v3 --threads 4 -o m
      Eight samples a run, for any CPU with AVX2, on up to four threads.
  nibble compile m.onnx --calibrate a.npz --save-calibration a.json -o m
  nibble compile m.onnx --calibrate a.json --calibrate b.json -o m
      Statistics are kept and used again; those of several shards, perhaps from several machines, are merged.
  nibble compile m.onnx --calibrate a.json --require-integer -o m
      Fails, and names them, when ops that the recipe quantizes had to stay float.
  nibble compile m.onnx --calibrate a.json --compile-to=fuse --elide-weights -o -
      The IR after a phase. What is written to a .mlir file can be compiled on from there.
)";

static constexpr llvm::StringLiteral runExamples = R"(
EXAMPLES:
  nibble run m.so --input x.npy --output-dir out/
      Runs a shared library (nibble compile --emit=shared). out/ gets one .npy for each output, named after it.
      x.npy may have more samples than the library was compiled for: it then runs as often as needed.
  nibble run m.so --input left=a.npy --input right=b.npy --output-dir out/
      Several inputs, by their names in the model.
  nibble run m.onnx --reference --input x.npy --output-dir out/
      The float model on the reference interpreter: slow, and what everything else is compared with.
  nibble run test.mlir --reference
      Evaluates every function without arguments that has checks (nibble_check.expect_eq, …), and says how many hold.
  nibble run m.mlir --reference --input x.npy --write-golden test.mlir
      Keeps the model with this input and the reference's output as such a test.
  nibble run m.onnx --calibrate calib.npz --compare
      Compiles the model and compares it with the reference, on made-up inputs unless --input gives some.
  nibble run m.onnx --calibrate calib.npz --input x.npy --output-dir out/
      Compiles and runs in one go.
)";

static constexpr llvm::StringLiteral benchExamples = R"(
EXAMPLES:
  nibble bench m.so
      The median time of one run (of a library from nibble compile --emit=shared).
  nibble bench m.so --case m/int8/batch1 --threads 1,2 --json
      One JSON object a line: {"case": "m/int8/batch1", "threads": 1, "seconds": 0.000123}
)";

static constexpr llvm::StringLiteral reportExamples = R"(
EXAMPLES:
  nibble report m.onnx --calibrate calib.npz --data test.npz --label-key y
      Accuracy of the float and of the quantized program against the labels in the array y, error and range of each layer,
      size, latency.
  nibble report m.onnx --calibrate calib.npz --data test.npz --html m.html
      The same without accuracy; also as a page with plots that needs nothing beside it.
  nibble report m.onnx --calibrate calib.npz
      Size and latency only.
)";

static constexpr llvm::StringLiteral inspectExamples = R"(
EXAMPLES:
  nibble inspect m.onnx
      Inputs, outputs, sizes, and what the default recipe does with each op. Needs no data.
  nibble inspect m.onnx --recipe my.yaml --dim batch=8
  nibble inspect m.gguf
      Metadata and tensors of a GGUF or safetensors file.
)";

static constexpr llvm::StringLiteral sensitivityExamples = R"(
EXAMPLES:
  nibble sensitivity m.onnx --calibrate calib.npz --data test.npz -o loss.json
      How the outputs change when one layer is quantized, for each layer and each of the default candidates. Takes as many compilations;
      when it was interrupted, the same command goes on where it was.
  nibble sensitivity m.onnx --calibrate calib.npz --candidates w8a8,w4a8,my.yaml -o loss.json
      Other candidates, on the calibration data. What the file has already stays.
)";

static constexpr llvm::StringLiteral costsExamples = R"(
EXAMPLES:
  nibble costs m.onnx -o cost.json
      Bytes, and nanoseconds measured on this machine, for each layer and candidate. Needs no data; leave the machine alone meanwhile.
  nibble costs m.onnx --cpu=avx2 --candidates w8a8,w4a8 -o cost.json
)";

static constexpr llvm::StringLiteral assignExamples = R"(
EXAMPLES:
  nibble assign loss.json cost.json --max-size 0.2x -o recipe.yaml
      The recipe that loses least in a fifth of float32's size; nibble compile m.onnx --recipe recipe.yaml follows it.
  nibble assign loss.json cost.json --minimize time --max-loss 0.01 --pareto front.csv -o recipe.yaml
      The fastest one that loses no more, and what else could be chosen; nibble report m.onnx --pareto front.csv plots it.
  nibble assign loss.json cost.json --max-size 4.5bits --recipe pins.yaml -o recipe.yaml
      With the layers pinned that rules of pins.yaml name.
)";

llvm::StringRef nibble::getExamples(llvm::StringRef subcommand) {
  return llvm::StringSwitch<llvm::StringRef>(subcommand)
      .Case("compile", compileExamples)
      .Case("run", runExamples)
      .Case("bench", benchExamples)
      .Case("report", reportExamples)
      .Case("inspect", inspectExamples)
      .Case("sensitivity", sensitivityExamples)
      .Case("costs", costsExamples)
      .Case("assign", assignExamples)
      .Default(generalExamples);
}

/// Whether `name` is a subcommand; if not, says so with the most similar one.
static bool checkSubcommand(llvm::StringRef name) {
  llvm::StringRef nearest;
  unsigned distance = 3; // what is further away is no slip of the fingers
  for (const cl::SubCommand *command : cl::getRegisteredSubcommands()) {
    if (command->getName() == name)
      return true;
    unsigned other = name.edit_distance(command->getName());
    if (!command->getName().empty() && other < distance) {
      distance = other;
      nearest = command->getName();
    }
  }
  llvm::WithColor::error(llvm::errs(), "nibble")
      << "unknown subcommand '" << name << "'" << (nearest.empty() ? "" : "; did you mean '" + nearest.str() + "'?")
      << " (see nibble --help)\n";
  return false;
}

bool nibble::parseCommandLine(int argc, char **argv, llvm::ArrayRef<const cl::OptionCategory *> categories) {
  for (cl::SubCommand *command : cl::getRegisteredSubcommands())
    cl::HideUnrelatedOptions(categories, *command);
  llvm::StringRef subcommand = argc > 1 ? argv[1] : "";
  bool isNamed = !subcommand.empty() && !subcommand.starts_with("-");
  if (isNamed && !checkSubcommand(subcommand))
    return false;
  cl::extrahelp examples(getExamples(isNamed ? subcommand : ""));
  std::string problems;
  llvm::raw_string_ostream stream(problems);
  if (cl::ParseCommandLineOptions(argc, argv, "nibble: trained model in, quantized native program out\n", &stream))
    return true;
  // LLVM sends people to the list of subcommands.
  size_t hint = 0;
  std::string general = std::string(argv[0]) + " --help", own = "nibble " + subcommand.str() + " --help";
  while (isNamed && (hint = problems.find(general, hint)) != std::string::npos)
    problems.replace(hint, general.size(), own);
  llvm::errs() << problems;
  return false;
}
