// The smallest guest in C++: an ordinary program.
#include <cstdio>

int main() { std::printf("hello from C++\n"); }
