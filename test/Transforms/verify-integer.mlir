// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-verify-integer))' --verify-diagnostics

#s = {calibrator = "min-max", filter = #nibble.scheme<s8 narrow, block = [0, 1]>, input = #nibble.scheme<u8, zero_point = integer>}

func.func @left_float(%x: tensor<1x2xf32>, %w: tensor<2x1xf32>, %init: tensor<1x1xf32>) -> tensor<1x1xf32> {
  // expected-error @below {{'nibble.contract' was assigned an integer scheme and stayed float: its filter is computed at run time}}
  %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.float = "its filter is computed at run time", nibble.schemes = #s} -> tensor<1x1xf32>
  // expected-error @below {{'nibble.contract' was assigned an integer scheme and stayed float: its operands are not dequantized codes}}
  %z = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = #s} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// A recipe may leave ops float.
func.func @by_recipe(%x: tensor<1x2xf32>, %w: tensor<2x1xf32>, %init: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.float = "recipe 'float32' quantizes nothing"} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

func.func @came_quantized(%x: tensor<1x2xf32>, %w: tensor<2x1xf32>, %init: tensor<1x1xf32>) -> tensor<1x1xf32> {
  // expected-error @below {{'nibble.contract' came quantized and stayed float: its filter is computed at run time}}
  %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.float = "its filter is computed at run time", nibble.in_codes} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
