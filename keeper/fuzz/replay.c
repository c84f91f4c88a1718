/* Runs a fuzz target on files, for compilers without libFuzzer: replay FILE-OR-DIRECTORY... */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static int count;

static void run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    struct stat info;
    fstat(fileno(file), &info);
    size_t size = (size_t)info.st_size;
    /* Exactly as large as the input, so that a look past its end is noticed. */
    uint8_t *bytes = malloc(size ? size : 1);
    if (fread(bytes, 1, size, file) != size) exit(2);
    fclose(file);
    if (getenv("FUZZ_SAY")) fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    count++;
}

static void run_path(const char *path) {
    DIR *directory = opendir(path);
    if (!directory) return run_file(path);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char below[4096];
        if (*entry->d_name == '.') continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        run_path(below);
    }
    closedir(directory);
}

int main(int argc, char **argv) {
    if (LLVMFuzzerInitialize) LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) run_path(argv[i]);
    printf("%d inputs\n", count);
    return 0;
}
