#include "platform/linux/confine.h"

#include "platform/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sockios.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef BARID_WITH_SECCOMP
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZER_BUILD 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(SANITIZER_BUILD)
#define SANITIZER_BUILD 1
#endif
#ifndef SANITIZER_BUILD
#define SANITIZER_BUILD 0
#endif

/* Newer than Debian 12's header. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

enum { WORD_MAX = 64 };

void confine_memory(void)
{
	struct rlimit none = {0, 0};
	if (setrlimit(RLIMIT_CORE, &none) || prctl(PR_SET_DUMPABLE, 0))
		log_warn("core dumps could not be switched off: %s", strerror(errno));
}

enum {
	ACCESS_FIRST = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1, /* all that the first version knows */
	ACCESS_READ_FILE = LANDLOCK_ACCESS_FS_READ_FILE,
	ACCESS_READ_FOLDER = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	ACCESS_WRITE_FOLDER = ACCESS_READ_FOLDER | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG,
};

/* Adds what exists at path to the rules; what does not exist cannot be allowed, and need not be. */
static bool allow_path(int rules, const char *path, uint64_t access, uint64_t known)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
	struct stat stat_now;
	if (!fstat(fd, &stat_now) && !S_ISDIR(stat_now.st_mode))
		access &= ACCESS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
	struct landlock_path_beneath_attr rule = {.allowed_access = access & known, .parent_fd = fd};
	bool done = !syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(fd);
	return done;
}

/* What getaddrinfo() and the loader of its modules read, SQLite's seed, and what the radios look at. */
static const char system_files[] = "/etc/resolv.conf /etc/hosts /etc/host.conf /etc/nsswitch.conf /etc/gai.conf /etc/services /etc/protocols "
				   "/etc/ld.so.cache /etc/localtime /run/systemd/resolve /run/resolvconf /run/NetworkManager "
				   "/usr/lib /lib /lib64 /usr/share/zoneinfo /dev/urandom /dev/null "
				   /* airplane mode and battery, which stand below /sys/devices; the sockets of wpa_supplicant */
				   "/sys/class /sys/devices /run/wpa_supplicant ";

/* Cuts the next word off a list of words that each end in a space. False at its end. */
static bool next_word(const char **list, char word[static WORD_MAX])
{
	const char *space = strchr(*list, ' ');
	if (!space)
		return false;
	size_t len = (size_t)(space - *list);
	assert(len > 0 && len < WORD_MAX);
	memcpy(word, *list, len);
	word[len] = 0;
	*list = space + 1;
	return true;
}

static bool allow_files(int rules, const struct confine_files *files, uint64_t known)
{
	bool done = true;
	for (unsigned i = 0; i < CONFINE_PATHS_MAX && files->writable[i]; i++)
		done = done && allow_path(rules, files->writable[i], ACCESS_WRITE_FOLDER | LANDLOCK_ACCESS_FS_TRUNCATE, known);
	for (unsigned i = 0; i < CONFINE_PATHS_MAX && files->readable[i]; i++)
		done = done && allow_path(rules, files->readable[i], ACCESS_READ_FOLDER, known);
	char path[WORD_MAX];
	for (const char *list = system_files; next_word(&list, path);)
		done = done && allow_path(rules, path, ACCESS_READ_FOLDER, known);
	return done;
}

/* files NULL: none at all. */
static void confine_files_landlock(const struct confine_files *files)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1) {
		log_warn("this kernel has no Landlock: other files of this user are kept from the program by their permissions only");
		return;
	}
	uint64_t known = ACCESS_FIRST;
	if (version >= 2)
		known |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		known |= LANDLOCK_ACCESS_FS_TRUNCATE;
	struct landlock_ruleset_attr attributes = {.handled_access_fs = known};
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
	if (rules < 0 || (files && !allow_files(rules, files, known)) || syscall(SYS_landlock_restrict_self, rules, 0))
		log_warn("Landlock could not be used: %s", strerror(errno));
	if (rules >= 0)
		close(rules);
}

#ifdef BARID_WITH_SECCOMP

/* Calls that are harmless whatever their arguments. Names a machine does not have are left out. */
static const char allowed_calls[] =
	/* memory */
	"brk munmap mremap madvise "
	/* files, which Landlock narrows */
	"open openat close read readv write writev pread64 pwrite64 lseek _llseek stat lstat fstat stat64 lstat64 fstat64 "
	"fstatat64 newfstatat statx statfs fstatfs statfs64 fstatfs64 fcntl fcntl64 flock ftruncate ftruncate64 fallocate fsync "
	"fdatasync unlink unlinkat rename renameat renameat2 access faccessat faccessat2 readlink readlinkat getcwd chmod fchmod "
	"fchmodat fchown fchown32 getdents64 umask dup "
	/* sockets; socket() itself below */
	"connect bind listen accept accept4 getsockname getpeername getsockopt setsockopt send sendto sendmsg sendmmsg recv "
	"recvfrom recvmsg recvmmsg shutdown inotify_init1 inotify_add_watch inotify_rm_watch "
	/* waiting and time */
	"poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create epoll_create1 epoll_ctl epoll_wait "
	"epoll_pwait epoll_pwait2 eventfd2 pipe2 timerfd_create timerfd_settime timerfd_settime64 timerfd_gettime clock_gettime "
	"clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep clock_nanosleep_time64 nanosleep gettimeofday time "
	/* threads, signals, the end */
	"futex futex_time64 set_robust_list set_tid_address rseq gettid sched_yield sched_getaffinity membarrier rt_sigaction "
	"rt_sigprocmask rt_sigreturn sigreturn sigaltstack restart_syscall tgkill exit exit_group "
	/* who and what am I */
	"getpid getppid getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getgroups getgroups32 getrandom "
	"uname sysinfo getrusage getrlimit ugetrlimit ";

/* What is left of them to a front. */
static const char front_calls[] = "brk munmap mremap madvise close read readv write writev fstat newfstatat statx fcntl fcntl64 lseek _llseek "
				  "accept accept4 getsockname getpeername getsockopt setsockopt send sendto sendmsg recv recvfrom recvmsg shutdown "
				  "poll ppoll ppoll_time64 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 timerfd_settime timerfd_settime64 "
				  "clock_gettime clock_gettime64 clock_getres clock_getres_time64 gettimeofday time "
				  "futex futex_time64 rt_sigaction rt_sigprocmask rt_sigreturn sigreturn restart_syscall tgkill exit exit_group "
				  "getpid gettid getrandom ";
/* Refused with an error: what libraries try and can do without. */
static const char front_refused[] =
	"open openat access faccessat faccessat2 readlink readlinkat stat lstat stat64 lstat64 socket connect bind listen ";

static bool allow(scmp_filter_ctx filter, const char *name, unsigned count, const struct scmp_arg_cmp *arguments)
{
	int number = seccomp_syscall_resolve_name(name);
	if (number == __NR_SCMP_ERROR)
		return true;
	int failure = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, count, arguments);
	return failure == 0 || failure == -EEXIST || failure == -EDOM;
}

static bool allow_if(scmp_filter_ctx filter, const char *name, struct scmp_arg_cmp argument)
{
	return allow(filter, name, 1, &argument);
}

/* Memory is never both writable and executable; what a module of the resolver brings may be executed, once mapped. */
static bool allow_mappings(scmp_filter_ctx filter)
{
	static const char *const maps[] = {"mmap", "mmap2"};
	bool done = allow_if(filter, "mprotect", SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	for (unsigned i = 0; i < sizeof maps / sizeof *maps; i++) {
		done = done && allow_if(filter, maps[i], SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
		done = done && allow_if(filter, maps[i], SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, PROT_WRITE, 0));
	}
	return done;
}

static bool allow_by_argument(scmp_filter_ctx filter)
{
	static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_BLUETOOTH};
	/* What a terminal is, how much is unsent, which interface has which name; not, above all, to type into a terminal. */
	static const unsigned long requests[] = {TCGETS, FIONREAD, FIONBIO, SIOCOUTQNSD, SIOCGIFINDEX, SIOCGIFNAME, SIOCGIFFLAGS};
	bool done = allow_mappings(filter);
	for (unsigned i = 0; i < sizeof families / sizeof *families; i++)
		done = done && allow_if(filter, "socket", SCMP_CMP64(0, SCMP_CMP_EQ, (scmp_datum_t)families[i]));
	for (unsigned i = 0; i < sizeof requests / sizeof *requests; i++)
		done = done && allow_if(filter, "ioctl", SCMP_CMP64(1, SCMP_CMP_EQ, requests[i]));
	/* Threads, never processes. clone3() hides its flags from the filter: without it the library falls back to clone(). */
	done = done && allow_if(filter, "clone", SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	done = done && !seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	done = done && allow_if(filter, "prctl", SCMP_CMP64(0, SCMP_CMP_EQ, PR_SET_NAME));
	/* Limits may be read, not changed. */
	return done && allow_if(filter, "prlimit64", SCMP_CMP64(2, SCMP_CMP_EQ, 0));
}

static bool allow_list(scmp_filter_ctx filter, const char *list)
{
	bool done = true;
	char name[WORD_MAX];
	while (next_word(&list, name))
		done = done && allow(filter, name, 0, NULL);
	return done;
}

static bool refuse_list(scmp_filter_ctx filter, const char *list)
{
	bool done = true;
	char name[WORD_MAX];
	while (next_word(&list, name)) {
		int number = seccomp_syscall_resolve_name(name);
		int failure = number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), number, 0);
		done = done && (failure == 0 || failure == -EEXIST || failure == -EDOM);
	}
	return done;
}

static bool allow_front(scmp_filter_ctx filter)
{
	return allow_mappings(filter) && allow_list(filter, front_calls) && refuse_list(filter, front_refused) &&
	       allow_if(filter, "ioctl", SCMP_CMP64(1, SCMP_CMP_EQ, FIONREAD)) && allow_if(filter, "ioctl", SCMP_CMP64(1, SCMP_CMP_EQ, FIONBIO));
}

static bool allow_post(scmp_filter_ctx filter)
{
	return allow_by_argument(filter) && allow_list(filter, allowed_calls);
}

static enum err confine_calls(bool (*fill)(scmp_filter_ctx filter))
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return ERR_MEMORY;
	int failure = fill(filter) ? seccomp_load(filter) : -ENOSYS;
	seccomp_release(filter);
	if (failure == 0)
		return ERR_OK;
	log_error("the system calls of this program cannot be confined (seccomp): %s", strerror(-failure));
	return ERR_PERMISSION;
}

#endif

static enum err confine(const struct confine_files *files, bool front)
{
	if (SANITIZER_BUILD) {
		log_warn("a sanitizer build: neither seccomp nor Landlock is used");
		return ERR_OK;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		log_error("new privileges cannot be ruled out: %s", strerror(errno));
		return ERR_PERMISSION;
	}
	confine_files_landlock(files);
#ifdef BARID_WITH_SECCOMP
	return confine_calls(front ? allow_front : allow_post);
#else
	(void)front; /* there is nothing to choose */
	log_warn("built without seccomp: the system calls of this program are not confined");
	return ERR_OK;
#endif
}

enum err confine_post(const struct confine_files *files)
{
	assert(files);
	return confine(files, false);
}

enum err confine_front(void)
{
	return confine(NULL, true);
}
