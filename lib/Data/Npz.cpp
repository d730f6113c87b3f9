//===- Npz.cpp - named arrays in .npz files ------------------------------------------------------------------------===//

#include "nibble/Data/Npz.h"
#include "nibble/Data/Npy.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <zip.h>

using namespace llvm;
using namespace nibble::data;

static constexpr StringLiteral extension = ".npy";

namespace {
struct CloseArchive {
  void operator()(zip_t *archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t *member) const { zip_fclose(member); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;
using Member = std::unique_ptr<zip_file_t, CloseMember>;
} // namespace

static Expected<Archive> openArchive(StringRef path, int flags) {
  int code = 0;
  if (Archive archive{zip_open(path.str().c_str(), flags, &code)})
    return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string message = zip_error_strerror(&error);
  zip_error_fini(&error);
  return createStringError(path + ": " + message);
}

namespace {
/// One .npy file in an archive. Inflating only goes forwards; to go back it begins again.
class MemberReader {
public:
  static Expected<std::unique_ptr<MemberReader>> open(StringRef path, StringRef name) {
    Expected<Archive> archive = openArchive(path, ZIP_RDONLY);
    if (!archive)
      return archive.takeError();
    zip_stat_t status;
    if (zip_stat(archive->get(), (name + extension).str().c_str(), ZIP_FL_ENC_GUESS, &status) != 0)
      return createStringError(path + ": no array '" + name + "'");
    return std::unique_ptr<MemberReader>(
        new MemberReader((path + ": array '" + name + "'").str(), std::move(*archive), status.index, status.size));
  }

  /// The size that the archive claims; fewer bytes in truth are an error of `read`.
  uint64_t getSize() const { return size; }
  StringRef getLocation() const { return location; }

  Error read(uint64_t offset, MutableArrayRef<char> bytes) {
    if (!member || offset < position)
      if (Error error = reopen())
        return error;
    char skipped[4096];
    while (position < offset)
      if (Error error = readNext({skipped, std::min<uint64_t>(sizeof(skipped), offset - position)}))
        return error;
    return readNext(bytes);
  }

private:
  MemberReader(std::string location, Archive archive, uint64_t index, uint64_t size)
      : location(std::move(location)), archive(std::move(archive)), index(index), size(size) {}

  Error reopen() {
    member.reset(zip_fopen_index(archive.get(), index, 0));
    position = 0;
    return member ? Error::success() : createStringError(location + ": " + zip_strerror(archive.get()));
  }

  Error readNext(MutableArrayRef<char> bytes) {
    while (!bytes.empty()) {
      zip_int64_t count = zip_fread(member.get(), bytes.data(), bytes.size());
      if (count < 0)
        return createStringError(location + ": " + zip_file_strerror(member.get()));
      if (count == 0)
        return createStringError(location + ": ends after " + Twine(position) + " of " + Twine(size) + " bytes");
      bytes = bytes.drop_front(count);
      position += count;
    }
    return position == size ? checkEnd() : Error::success();
  }

  /// The checksum is compared when reading meets the end.
  Error checkEnd() {
    char byte;
    if (zip_fread(member.get(), &byte, 1) != 0)
      return createStringError(location + ": " + zip_file_strerror(member.get()));
    return Error::success();
  }

  std::string location;
  Archive archive;
  uint64_t index, size, position = 0;
  Member member;
};

class NpzSource : public ArraySource {
public:
  NpzSource(const NpyHeader &header, std::unique_ptr<MemberReader> reader)
      : ArraySource(header.type), begin(header.sizeInBytes), reader(std::move(reader)) {}

  Error read(uint64_t offset, MutableArrayRef<char> bytes) override { return reader->read(begin + offset, bytes); }

private:
  uint64_t begin;
  std::unique_ptr<MemberReader> reader;
};
} // namespace

Expected<std::vector<std::string>> nibble::data::getNpzNames(StringRef path) {
  Expected<Archive> archive = openArchive(path, ZIP_RDONLY);
  if (!archive)
    return archive.takeError();
  std::vector<std::string> names;
  zip_int64_t numMembers = zip_get_num_entries(archive->get(), 0);
  for (zip_int64_t index = 0; index < numMembers; ++index) {
    const char *text = zip_get_name(archive->get(), index, ZIP_FL_ENC_GUESS);
    StringRef name = text ? text : "";
    if (!name.consume_back(extension))
      return createStringError(path + ": expected a .npy file, got '" + name + "'");
    names.push_back(name.str());
  }
  return names;
}

Expected<std::unique_ptr<ArraySource>> nibble::data::openNpz(StringRef path, StringRef name) {
  Expected<std::unique_ptr<MemberReader>> reader = MemberReader::open(path, name);
  if (!reader)
    return reader.takeError();
  std::string location = (*reader)->getLocation().str();
  std::string beginning(std::min((*reader)->getSize(), maxNpyHeaderSize), '\0');
  if (Error error = (*reader)->read(0, beginning))
    return std::move(error);
  Expected<NpyHeader> header = parseNpyHeader(beginning);
  if (!header)
    return createStringError(location + ": " + llvm::toString(header.takeError()));
  if (Error error = checkSize(header->type, (*reader)->getSize() - header->sizeInBytes))
    return createStringError(location + ": " + llvm::toString(std::move(error)));
  return inOrder(std::make_unique<NpzSource>(*header, std::move(*reader)), *header, location);
}

Expected<Array> nibble::data::readNpz(StringRef path, StringRef name) {
  Expected<std::unique_ptr<ArraySource>> source = openNpz(path, name);
  if (!source)
    return source.takeError();
  return readAll(**source, (path + ": array '" + name + "'").str());
}

Expected<std::map<std::string, Array>> nibble::data::readNpz(StringRef path) {
  Expected<std::vector<std::string>> names = getNpzNames(path);
  if (!names)
    return names.takeError();
  std::map<std::string, Array> arrays;
  uint64_t total = 0;
  for (const std::string &name : *names) {
    Expected<Array> array = readNpz(path, name);
    if (!array)
      return array.takeError();
    total += array->bytes.size();
    if (total > maxBytesInMemory)
      return createStringError(path + ": expected at most 4 GiB of arrays");
    arrays[name] = std::move(*array);
  }
  return arrays;
}

Error nibble::data::writeNpz(StringRef path, const std::map<std::string, Array> &arrays) {
  // libzip writes to a temporary file that takes the name in the end.
  Expected<Archive> archive = openArchive(path, ZIP_CREATE | ZIP_TRUNCATE);
  if (!archive)
    return archive.takeError();
  std::vector<std::string> contents; // alive until the archive is closed
  contents.reserve(arrays.size());
  for (const auto &[name, array] : arrays) {
    const std::string &content =
        contents.emplace_back(formatNpyHeader(array.type) + std::string(array.bytes.begin(), array.bytes.end()));
    zip_source_t *source = zip_source_buffer(archive->get(), content.data(), content.size(), /*freep=*/0);
    zip_int64_t index = source ? zip_file_add(archive->get(), (name + extension.str()).c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
    if (index < 0) {
      zip_source_free(source);
      return createStringError(path + ": " + zip_strerror(archive->get()));
    }
    zip_set_file_compression(archive->get(), index, ZIP_CM_STORE, 0); // as numpy.savez does
  }
  if (zip_close(archive->get()) != 0)
    return createStringError(path + ": " + zip_strerror(archive->get()));
  archive->release();
  return Error::success();
}
