//===- nibble-arrays.cpp - what a recipe makes of a folder of images, as a .npy file -----------------===//
//
// For tests of accuracy: `nibble-arrays FOLDER --recipe FILE.yaml -o OUT.npy` writes all images, float32, along the first
// dimension. The recipe's `input` section says size and scaling.
//
//===------------------------------------------------------------------------------------------------===//

#include "nibble/Data/DataSet.h"
#include "nibble/Data/Npy.h"
#include "nibble/Scheme/Recipe.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"

using namespace nibble;

static llvm::cl::opt<std::string> folder(llvm::cl::Positional, llvm::cl::Required, llvm::cl::desc("<folder>"));
static llvm::cl::opt<std::string> recipeFile("recipe", llvm::cl::Required, llvm::cl::desc("Recipe with an input section"));
static llvm::cl::opt<std::string> outputFile("o", llvm::cl::Required, llvm::cl::desc("Where to write the array"));

static llvm::Expected<data::Array> readAll() {
  llvm::Expected<Recipe> recipe = Recipe::load(recipeFile);
  if (!recipe)
    return recipe.takeError();
  const data::ImageOptions &images = recipe->getImageOptions();
  data::ArraySpec type = data::getImageSpec(images);
  llvm::Expected<std::unique_ptr<data::DataSet>> dataSet =
      data::DataSet::open(folder, {{"images", type, /*batchAxis=*/0}}, images);
  if (!dataSet)
    return dataSet.takeError();
  data::Array all{type, {}};
  all.type.shape[0] = (*dataSet)->getNumBatches();
  for (int64_t batch = 0; batch < (*dataSet)->getNumBatches(); ++batch) {
    llvm::Expected<std::vector<data::Array>> arrays = (*dataSet)->readBatch(batch);
    if (!arrays)
      return arrays.takeError();
    llvm::append_range(all.bytes, arrays->front().bytes);
  }
  return all;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::ParseCommandLineOptions(argc, argv, "images as an array\n");
  llvm::Expected<data::Array> array = readAll();
  llvm::Error error = array ? data::writeNpy(outputFile, *array) : array.takeError();
  if (error)
    llvm::WithColor::error(llvm::errs(), "nibble-arrays") << llvm::toString(std::move(error)) << '\n';
  return error ? 1 : 0;
}
