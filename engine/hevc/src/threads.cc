/**
 * libde265's threads, where there are none: who waits for another, waits for
 * ever, and so is stopped.
 */
#include <libde265/threads.h>

int de265_thread_create(de265_thread *, void *(*)(void *), void *) { return 1; }
void de265_thread_join(de265_thread) {}
void de265_thread_destroy(de265_thread *) {}
void de265_mutex_init(de265_mutex *) {}
void de265_mutex_destroy(de265_mutex *) {}
void de265_mutex_lock(de265_mutex *) {}
void de265_mutex_unlock(de265_mutex *) {}
void de265_cond_init(de265_cond *) {}
void de265_cond_destroy(de265_cond *) {}
void de265_cond_broadcast(de265_cond *, de265_mutex *) {}
void de265_cond_wait(de265_cond *, de265_mutex *) { __builtin_trap(); }
void de265_cond_signal(de265_cond *) {}

de265_progress_lock::de265_progress_lock() {
  mProgress.store(0, std::memory_order_relaxed);
}

de265_progress_lock::~de265_progress_lock() {}

void de265_progress_lock::wait_for_progress(int progress) {
  if (get_progress() < progress) __builtin_trap();
}

void de265_progress_lock::set_progress(int progress) {
  if (progress > get_progress()) {
    mProgress.store(progress, std::memory_order_relaxed);
  }
}

void de265_progress_lock::increase_progress(int progress) {
  mProgress.store(get_progress() + progress, std::memory_order_relaxed);
}

int de265_progress_lock::get_progress() const {
  return mProgress.load(std::memory_order_relaxed);
}

de265_error start_thread_pool(thread_pool *pool, int) {
  pool->num_threads = 0;
  return DE265_ERROR_CANNOT_START_THREADPOOL;
}

void stop_thread_pool(thread_pool *) {}

void add_task(thread_pool *, thread_task *) { __builtin_trap(); }
