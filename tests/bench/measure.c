/*
 * measure RUNS PREPARE COMMAND: runs COMMAND by the shell RUNS times and once before to warm up, each after PREPARE,
 * and prints the median of its time, the processor time of that run, both in seconds, and the most memory that a
 * process of it had at any time, in MiB. What COMMAND prints is thrown away; a status that is not 0 ends it with 1.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 100 };

struct run {
    double seconds, processor;
    long kibibytes;
};

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static struct run run(const char *command)
{
    const double start = now();
    struct rusage usage;
    struct run result;
    int status;
    pid_t child = fork();

    if (child == 0) {
        const int null = open("/dev/null", O_RDWR);

        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        if (!getenv("BENCH_VERBOSE"))
            dup2(null, STDERR_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0)
        exit(2);
    result = (struct run){ now() - start, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), usage.ru_maxrss };
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        exit(1);
    return result;
}

static int by_seconds(const void *a, const void *b)
{
    const struct run *left = a, *right = b;

    return (left->seconds > right->seconds) - (left->seconds < right->seconds);
}

int main(int argc, char **argv)
{
    const int runs = argc == 4 ? atoi(argv[1]) : 0;
    struct run results[RUNS_MAX];
    long most = 0;

    if (runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "usage: measure RUNS PREPARE COMMAND\n");
        return 2;
    }
    for (int i = -1; i < runs; i++) {
        if (system(argv[2]) != 0)
            return 1;
        results[i < 0 ? 0 : i] = run(argv[3]);
        if (results[i < 0 ? 0 : i].kibibytes > most)
            most = results[i < 0 ? 0 : i].kibibytes;
    }
    qsort(results, (size_t)runs, sizeof *results, by_seconds);
    printf("%.3f %.3f %.1f\n", results[runs / 2].seconds, results[runs / 2].processor, (double)most / 1024);
    return 0;
}
