//===- AssignedRecipeTest.cpp - what an assignment writes is the recipe that it means ----------------------------------===//

#include "AssignedRecipe.h"
#include "nibble/Scheme/Recipe.h"
#include "gtest/gtest.h"

using namespace nibble;

TEST(AssignedRecipe, CanBeReadByAPerson) {
  EXPECT_EQ(formatRecipe({{"conv1", "w8a8", ""}, {"fc", "float32", "it is faster"}}, "loss 0.5\ntime 1 us\n"), R"(# loss 0.5
# time 1 us
rules:
  - name: "conv1"
    recipe: "w8a8"
  - name: "fc"
    float: true
    reason: "it is faster"
  - float: true
    reason: the assignment has no layer of this name
)");
}

TEST(AssignedRecipe, IsReadAsItWasMeant) {
  const std::string name = "a \"quoted\"\\path:\n\x01\xc3\xa9 # 'x'";
  data::ImageOptions images;
  images.height = 224, images.width = 320;
  images.channels = data::ImageChannels::BGR;
  images.mean = {104, 1.0f / 3, 1e-20f};
  images.scale = {0.0078125f};
  images.layout = data::ImageLayout::NHWC;
  images.keepPixels = true;
  Recipe recipe = llvm::cantFail(Recipe::parse(formatRecipe({{name, "w4a16", ""}, {"b", "float32", "r: \"s\""}}, "", images), "a.yaml"));
  EXPECT_TRUE(recipe.decide({name, "conv"}).activations.isFloat);
  EXPECT_FALSE(recipe.decide({name, "conv"}).isFloat);
  EXPECT_EQ(recipe.decide({"b", "conv"}).reason, "recipe 'a.yaml', rule 2: r: \"s\"");
  EXPECT_TRUE(recipe.decide({"c", "conv"}).isFloat);
  EXPECT_EQ(recipe.getImageOptions().height, 224);
  EXPECT_EQ(recipe.getImageOptions().width, 320);
  EXPECT_EQ(recipe.getImageOptions().channels, images.channels);
  EXPECT_EQ(recipe.getImageOptions().mean, images.mean);
  EXPECT_EQ(recipe.getImageOptions().scale, images.scale);
  EXPECT_EQ(recipe.getImageOptions().layout, images.layout);
  EXPECT_TRUE(recipe.compilesInput());
}
