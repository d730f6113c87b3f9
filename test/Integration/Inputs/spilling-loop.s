kernel:
	vpxord	%zmm0, %zmm0, %zmm0
.LBB0_1:
	vpdpbusd	(%rsi), %zmm1, %zmm0
	vmovdqu64	%zmm0, 64(%rsp)
	vmovdqu64	%zmm0, (%rdi)
	jne	.LBB0_1
	retq
