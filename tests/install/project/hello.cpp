#include <cstdio>
int main() { std::puts("hello from a guest"); }
