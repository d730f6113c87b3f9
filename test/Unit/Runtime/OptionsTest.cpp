extern "C" {
#include "Main.h"
}
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace {

const int64_t shape[] = {1};
const nibble_tensor inputs[] = {{"a", shape, 1, NIBBLE_F32, -1, 0, 1, 0}, {"b=c", shape, 1, NIBBLE_F32, -1, 0, 1, 0}};

struct Parsed {
  nibble_options options = {};
  const char *paths[2] = {};
  std::string error;
};

Parsed parse(std::vector<std::string> arguments, int numInputs = 1) {
  nibble_info info = {NIBBLE_PROGRAM_VERSION, numInputs, 0, 4, "m", inputs, nullptr, 0, 64, "", 0, nullptr};
  static std::vector<std::string> kept;
  kept = std::move(arguments);
  std::vector<char *> argv = {const_cast<char *>("prog")};
  for (std::string &argument : kept)
    argv.push_back(argument.data());
  Parsed parsed;
  parsed.options.threads = info.max_threads;
  parsed.options.input_paths = parsed.paths;
  nibble_error error = {""};
  nibble_parse_options(&info, argv.size(), argv.data(), &parsed.options, &error);
  parsed.error = error.message;
  return parsed;
}

TEST(Options, InputsByNameOrAlone) {
  EXPECT_STREQ(parse({"--input", "x.npy", "--output-dir", "out"}).paths[0], "x.npy");
  EXPECT_STREQ(parse({"--input=a=x.npy", "--output-dir=out"}).paths[0], "x.npy");
  EXPECT_STREQ(parse({"--input", "dir=1/x.npy", "--output-dir", "out"}).paths[0], "dir=1/x.npy");
  Parsed two = parse({"--input", "b=c=y.npy", "--input", "a=x.npy", "--output-dir", "out"}, 2);
  EXPECT_EQ(two.error, "");
  EXPECT_STREQ(two.paths[0], "x.npy");
  EXPECT_STREQ(two.paths[1], "y.npy");
}

TEST(Options, SaysWhatIsWrong) {
  EXPECT_EQ(parse({}).error, "expected --input a=FILE.npy (see --help)");
  EXPECT_EQ(parse({"--input", "x.npy"}).error, "expected --output-dir FOLDER (see --help)");
  EXPECT_EQ(parse({"--input"}).error, "--input: expected a value");
  EXPECT_EQ(parse({"--input", "x.npy"}, 2).error, "--input x.npy: expected NAME=FILE with the name of an input (see --info)");
  EXPECT_EQ(parse({"--input", "x", "--input", "y"}).error, "--input y: input 'a' has been given already");
  EXPECT_EQ(parse({"--threads", "0"}).error, "--threads: expected a number from 1 to 4, got '0'");
  EXPECT_EQ(parse({"--threads", "two"}).error, "--threads: expected a number from 1 to 4, got 'two'");
  EXPECT_EQ(parse({"--threads", "5"}).error, "--threads: expected a number from 1 to 4, got '5'");
  EXPECT_EQ(parse({"--seconds", "nan"}).error, "--seconds: expected a time of at most 3600 seconds, got 'nan'");
  EXPECT_EQ(parse({"--bogus"}).error, "unknown option '--bogus' (see --help)");
}

TEST(Options, ThreadsDefaultToTheProgram) {
  EXPECT_EQ(parse({"--bench"}).options.threads, 4);
  EXPECT_EQ(parse({"--bench", "--threads", "2"}).options.threads, 2);
}

} // namespace
