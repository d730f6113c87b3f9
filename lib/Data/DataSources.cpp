//===- DataSources.cpp - where the array of each input comes from ---------------------------------------------------------===//

#include "DataSources.h"
#include "nibble/Data/Npy.h"
#include "nibble/Data/Npz.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <functional>

using namespace llvm;
using namespace nibble::data;

namespace {
/// Files of one type, one after the other; one is open at a time.
class FolderSource : public ArraySource {
public:
  using Open = std::function<Expected<std::unique_ptr<ArraySource>>(StringRef path)>;

  /// `type` is that of all files together, `fileType` of each.
  FolderSource(ArraySpec type, ArraySpec fileType, std::vector<std::string> paths, Open open)
      : ArraySource(std::move(type)), fileType(std::move(fileType)), paths(std::move(paths)), open(std::move(open)),
        fileSize(*getSizeInBytes(this->fileType)) {}

  Error read(uint64_t offset, MutableArrayRef<char> bytes) override {
    while (!bytes.empty()) {
      size_t file = offset / fileSize;
      uint64_t begin = offset % fileSize, size = std::min<uint64_t>(bytes.size(), fileSize - begin);
      if (Error error = select(file))
        return error;
      if (Error error = current->read(begin, bytes.take_front(size)))
        return error;
      bytes = bytes.drop_front(size);
      offset += size;
    }
    return Error::success();
  }

private:
  /// Opens file number `file`, which must be like the first.
  Error select(size_t file) {
    if (current && selected == file)
      return Error::success();
    if (Error error = open(paths[file]).moveInto(current))
      return error;
    selected = file;
    const ArraySpec &type = current->getSpec();
    if (type.dtype != fileType.dtype || type.shape != fileType.shape)
      return createStringError(paths[file] + ": expected " + toString(fileType) + " as in " + paths.front() + ", got " +
                               toString(type));
    return Error::success();
  }

  ArraySpec fileType;
  std::vector<std::string> paths;
  Open open;
  uint64_t fileSize;
  std::unique_ptr<ArraySource> current;
  size_t selected = 0;
};
} // namespace

/// The files of a folder with one of the given extensions (lower case), sorted by name.
static Expected<std::vector<std::string>> listFiles(StringRef folder, ArrayRef<StringRef> extensions) {
  std::vector<std::string> paths;
  std::error_code error;
  for (sys::fs::directory_iterator entry(folder, error), end; entry != end && !error; entry.increment(error))
    if (is_contained(extensions, sys::path::extension(entry->path()).lower()))
      paths.push_back(entry->path());
  if (error)
    return createStringError(folder + ": " + error.message());
  sort(paths);
  return paths;
}

static Error checkSingleInput(StringRef path, StringRef what, ArrayRef<DataInput> inputs) {
  if (inputs.size() == 1)
    return Error::success();
  auto names = map_range(inputs, [](const DataInput &input) { return "'" + input.name + "'"; });
  return createStringError(path + ": " + what + " feeds a single input, the model has " + Twine(inputs.size()) + ": " +
                           join(names, ", "));
}

static std::string getLocation(StringRef path, StringRef name) { return (path + ": array '" + name + "'").str(); }

/// The array of a .npz file that feeds a model's only input when none has its name.
static Expected<std::string> findOnlyArray(StringRef path, ArrayRef<std::string> names, const DataInput &input) {
  if (names.size() == 1)
    return names.front();
  if (names.empty())
    return createStringError(path + ": it has no arrays");
  std::vector<std::string> fitting;
  for (const std::string &name : names) {
    Expected<std::unique_ptr<ArraySource>> source = openNpz(path, name);
    if (!source)
      return source.takeError();
    if (getBatchLayout((*source)->getSpec().shape, input))
      fitting.push_back(name);
  }
  if (fitting.size() == 1)
    return fitting.front();
  return createStringError(path + ": no array '" + input.name + "'; it has '" + join(names, "', '") + "', of which " +
                           Twine(fitting.size()) + " fit " + toString(input.type));
}

static Expected<std::vector<NamedSource>> openNpzSources(StringRef path, ArrayRef<DataInput> inputs) {
  Expected<std::vector<std::string>> names = getNpzNames(path);
  if (!names)
    return names.takeError();
  std::vector<NamedSource> sources;
  Error errors = Error::success();
  for (const DataInput &input : inputs) {
    std::string name = input.name;
    Error error = Error::success();
    if (!is_contained(*names, name)) {
      if (inputs.size() == 1)
        error = findOnlyArray(path, *names, input).moveInto(name);
      else
        error = createStringError(path + ": no array '" + name + "'; it has '" + join(*names, "', '") + "'");
    }
    std::unique_ptr<ArraySource> source;
    if (!error)
      error = openNpz(path, name).moveInto(source);
    errors = joinErrors(std::move(errors), std::move(error));
    sources.push_back({getLocation(path, name), std::move(source)});
  }
  if (errors)
    return std::move(errors);
  return sources;
}

/// One source that goes through all files of a folder, which are like the first. Files with the rank of the input lie one behind
/// the other along the first dimension; others are counted by a dimension in front.
static Expected<std::vector<NamedSource>> openFolderSource(StringRef folder, std::vector<std::string> paths,
                                                           const DataInput &input, FolderSource::Open open) {
  Expected<std::unique_ptr<ArraySource>> first = open(paths.front());
  if (!first)
    return first.takeError();
  ArraySpec fileType = (*first)->getSpec(), type = fileType;
  if (!type.shape.empty() && type.shape.size() == input.type.shape.size() && input.batchAxis <= 0)
    type.shape.front() *= paths.size();
  else
    type.shape.insert(type.shape.begin(), paths.size());
  std::optional<uint64_t> size = getSizeInBytes(type);
  if (!size || *size == 0)
    return createStringError(paths.front() + ": expected elements, got " + toString(fileType));
  std::vector<NamedSource> sources;
  sources.push_back(
      {folder.str(), std::make_unique<FolderSource>(type, fileType, std::move(paths), std::move(open))});
  return sources;
}

static Expected<std::vector<NamedSource>> openNpyFolder(StringRef path, std::vector<std::string> files,
                                                        ArrayRef<DataInput> inputs) {
  auto getPath = [&](const DataInput &input) {
    SmallString<128> file(path);
    sys::path::append(file, input.name + ".npy");
    return file.str().str();
  };
  auto hasFile = [&](const DataInput &input) { return is_contained(files, getPath(input)); };
  if (inputs.size() == 1 && !hasFile(inputs.front()))
    return openFolderSource(path, std::move(files), inputs.front(), [](StringRef file) { return openNpy(file); });
  std::vector<NamedSource> sources;
  Error errors = Error::success();
  for (const DataInput &input : inputs) {
    std::unique_ptr<ArraySource> source;
    errors = joinErrors(std::move(errors), openNpy(getPath(input)).moveInto(source));
    sources.push_back({getPath(input), std::move(source)});
  }
  if (errors)
    return std::move(errors);
  return sources;
}

/// Images take their size from the input where the options leave it open.
static Expected<ImageOptions> completeOptions(StringRef path, ImageOptions options, const DataInput &input) {
  ArrayRef<int64_t> shape = input.type.shape;
  if (shape.size() != 4)
    return createStringError(path + ": images feed an input of four dimensions, '" + input.name + "' is " +
                             toString(input.type));
  bool channelsFirst = options.layout == ImageLayout::NCHW;
  if (options.height == 0)
    options.height = shape[channelsFirst ? 2 : 1], options.width = shape[channelsFirst ? 3 : 2];
  if (options.height < 1 || options.width < 1 || options.width > maxImagePixels / options.height)
    return createStringError(path + ": expected images of 1 to 2^26 pixels, got " + Twine(options.width) + " x " +
                             Twine(options.height));
  return options;
}

static Expected<std::vector<NamedSource>> openImageFolder(StringRef path, std::vector<std::string> files,
                                                          ArrayRef<DataInput> inputs, const ImageOptions &images) {
  Expected<ImageOptions> options = completeOptions(path, images, inputs.front());
  if (!options)
    return options.takeError();
  auto open = [options = *options](StringRef file) -> Expected<std::unique_ptr<ArraySource>> {
    Expected<Image> image = readImage(file);
    if (!image)
      return image.takeError();
    return openArray(convertImage(*image, options));
  };
  return openFolderSource(path, std::move(files), inputs.front(), open);
}

static Expected<std::vector<NamedSource>> openFolder(StringRef path, ArrayRef<DataInput> inputs,
                                                     const ImageOptions &images) {
  Expected<std::vector<std::string>> arrays = listFiles(path, {".npy"});
  if (!arrays)
    return arrays.takeError();
  Expected<std::vector<std::string>> pictures = listFiles(path, {".png", ".jpg", ".jpeg"});
  if (!pictures)
    return pictures.takeError();
  if (arrays->empty() == pictures->empty())
    return createStringError(path + ": expected .npy files or images, got " + Twine(arrays->size()) + " and " +
                             Twine(pictures->size()));
  if (!arrays->empty())
    return openNpyFolder(path, std::move(*arrays), inputs);
  if (Error error = checkSingleInput(path, "a folder of images", inputs))
    return std::move(error);
  return openImageFolder(path, std::move(*pictures), inputs, images);
}

Expected<std::vector<NamedSource>> nibble::data::openSources(StringRef path, ArrayRef<DataInput> inputs,
                                                             const ImageOptions &images) {
  if (inputs.empty())
    return createStringError(path + ": the model has no inputs to feed");
  if (sys::fs::is_directory(path))
    return openFolder(path, inputs, images);
  std::string extension = sys::path::extension(path).lower();
  if (extension == ".npz")
    return openNpzSources(path, inputs);
  if (extension != ".npy")
    return createStringError(path + ": expected a .npz file, a .npy file or a folder");
  if (Error error = checkSingleInput(path, "a .npy file", inputs))
    return std::move(error);
  Expected<std::unique_ptr<ArraySource>> source = openNpy(path);
  if (!source)
    return source.takeError();
  std::vector<NamedSource> sources;
  sources.push_back({path.str(), std::move(*source)});
  return sources;
}
