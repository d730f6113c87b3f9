// 16-bit activations: sums of 48 bits, multipliers of 16.
func.func @main() -> tensor<1x1x4x1xi16> {
  %x = arith.constant dense<[[[[-32768, 32767], [3000, -2000], [12345, 6789], [0, 0]]]]> : tensor<1x1x4x2xi16>
  %w = "tosa.const"() {values = dense<[[[[99, -101]]]]> : tensor<1x1x1x2xi8>} : () -> tensor<1x1x1x2xi8>
  %b = "tosa.const"() {values = dense<123456789> : tensor<1xi48>} : () -> tensor<1xi48>
  %z8 = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %z16 = "tosa.const"() {values = dense<0> : tensor<1xi16>} : () -> tensor<1xi16>
  %z48 = "tosa.const"() {values = dense<0> : tensor<1xi48>} : () -> tensor<1xi48>
  %sum = tosa.conv2d %x, %w, %b, %z16, %z8 {acc_type = i48, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x4x2xi16>, tensor<1x1x1x2xi8>, tensor<1xi48>, tensor<1xi16>, tensor<1xi8>) -> tensor<1x1x4x1xi48>
  %m = "tosa.const"() {values = dense<19661> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<27> : tensor<1xi8>} : () -> tensor<1xi8>
  %y = tosa.rescale %sum, %m, %s, %z48, %z16 {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = false} : (tensor<1x1x4x1xi48>, tensor<1xi16>, tensor<1xi8>, tensor<1xi48>, tensor<1xi16>) -> tensor<1x1x4x1xi16>
  return %y : tensor<1x1x4x1xi16>
}
