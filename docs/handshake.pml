/*
 * The start gate, as a model for Spin. docs/handshake.md tells the same in words;
 * Scripts/check-model runs every check.
 *
 * Processes: create, init, any number of starts, kill, delete, delete --force. Each of them can
 * be killed with SIGKILL between any two system calls, and while it is blocked in one: the
 * `unless` of each. A statement, d_step or atomic is one system call. Time-outs may strike at any
 * moment or never, so no guarantee rests on a duration (but see LIVE, in init).
 *
 * Sizes and variants, by -D:
 *   NAPUS     starts as apus does them: lock, open, poll, read, unlink, close
 *   NEOF      starts of runc up to 1.5: no lock, blocking open, read to the end of file
 *   NBYTE     starts of runc's main branch: no lock, non-blocking open, read one byte
 *   RUNC_INIT init as runc does it: open, write, go on, with no look at the FIFO
 *   NO_START_DEATH   starts are not killed (everything else still is)
 *   QUIET            nobody is killed and nothing deleted: then one start must win
 *   NO_DELETE        nothing is deleted
 *   LIVE             for the claim `ends`, to be checked with weak fairness
 *   REACH            to be refuted: that nothing recovers from a start killed half-way
 *   BUG_*            one known mistake each; Spin must find what it breaks
 */

#ifndef NAPUS
#define NAPUS 3
#endif
#ifndef NEOF
#define NEOF 0
#endif
#ifndef NBYTE
#define NBYTE 0
#endif

#define N       (NAPUS + NEOF + NBYTE)
#define CREATE  N
#define DELETE  (N + 1)
#define FORCE   (N + 2)
#define INIT    (N + 3)
#define NOBODY  (N + 4)

mtype = { won, already, stopped, absent, half, no_byte };     /* what a start answers */

/* ---- who lives, who is to die ---- */
byte victim = NOBODY;   /* whom a SIGKILL is about to end. One at a time is enough: a process that
                         * dies later is the same to the others as one that is killed later */
bool calm;              /* no more signals but those of a delete */
bool init_killed;       /* a delete has sent SIGKILL to init */
bool done[N + 3];       /* this command has ended, one way or the other */
byte left = N + 3;      /* how many have not */
bool cloned;            /* init exists, or has existed */
bool init_dead;         /* its pidfd polls readable */
bool ready;             /* init has told create that it is set up */
bool at_gate;           /* init is in its blocking open */
bool running;           /* init has gone on to the user's program */

/* ---- the state directory ---- */
byte record;            /* 0 no directory, 1 half-made, 2 state.json complete */
bool linked;            /* exec.fifo has its name */
bool opened;            /* a start has removed that name: the commit */
#ifdef REACH
bool lost;              /* a start was killed between its read and its unlink */
#endif
#ifdef QUIET
mtype answer[N];
#endif

#define COMPLETE 2

/* ---- the pipe behind the FIFO (fs/pipe.c) ----
 * A process that is blocked in open() counts as a reader or writer already. It wakes when an
 * end of the other kind has been opened since, even if that one is gone again. The last close
 * of all discards the buffer. */
byte readers, writers, bytes;
bool w_held;            /* init's write end */
bool w_met;             /* a reader was there at, or came after, init's open */
byte r_held[N];         /* read ends of this start: 2 for a moment while it opens anew */
bool r_met[N];          /* the same for the reader: without a writer now, that is POLLHUP */
byte draining;          /* starts that read to the end of file just now */
bool visited;           /* a start has had the FIFO open */

#define MAXBYTES 2      /* more than one byte unread makes no difference to anybody */

inline forget_if_last() {
    if
    :: readers + writers == 0 -> bytes = 0
    :: else
    fi
}

inline meet_readers() {
    k = 0;
    do
    :: k < N -> if :: r_held[k] > 0 -> r_met[k] = true :: else fi; k++
    :: else -> break
    od;
    k = 0
}

inline open_read(i) {
    readers++; r_held[i]++; r_met[i] = (writers > 0); w_met = true; visited = true
}
inline close_one(i) { r_held[i]--; readers--; forget_if_last() }
inline close_read(i) {
    readers = readers - r_held[i]; r_held[i] = 0; r_met[i] = false; forget_if_last()
}
inline open_write() { writers++; w_held = true; w_met = (readers > 0); meet_readers() }
inline close_write() {
    if
    :: w_held -> w_held = false; w_met = false; writers--; forget_if_last()
    :: else
    fi
}

/* ---- the container's flock ----
 * It belongs to the open file description: a child has a share in it until it closes its copy. */
byte holder = NOBODY;
bool init_copy;         /* init has inherited create's descriptor of the lock */

inline lock(me) { atomic { holder == NOBODY -> holder = me } }

inline unlock(me) {
    if
    :: holder == me && !(me == CREATE && init_copy) -> holder = NOBODY
    :: else
    fi
}
inline drop_copy() {
    init_copy = false;
    if
    :: holder == CREATE && done[CREATE] -> holder = NOBODY
    :: else
    fi
}

/* All starts of apus are alike, so number them in the order in which they get the lock (or end
 * without it): every run is a renumbering of one of these, and there are N! times fewer. */
byte had_turn;
#define MY_TURN  ((had_turn & ((1 << me) - 1)) == (1 << me) - 1)
#define TURN     had_turn = had_turn | (1 << me)

inline no_victim(me) { if :: victim == me -> victim = NOBODY :: else fi }
inline ended(me) { done[me] = true; left--; no_victim(me) }

/* ================================================================ create */

active proctype Create() {
    {
        record = 1;                                      /* mkdir */
        lock(CREATE);
        if
        :: record == 0 -> goto leave                     /* deleted between mkdir and lock */
        :: else
        fi;
        linked = true;                                   /* mkfifo */
        d_step { cloned = true; init_copy = true };      /* clone3 */
        if
        :: ready -> record = COMPLETE
        :: init_dead -> linked = false; record = 0       /* failed; it tidies up */
        fi;
leave:  skip
    } unless { victim == CREATE };
    d_step { ended(CREATE); unlock(CREATE) }
}

/* ================================================================ init */

inline pass() {
    atomic {
#if defined(RUNC_INIT) || defined(BUG_NO_LOOK)
        assert(visited);                /* no user program before a start opened the gate */
#else
        assert(opened && !linked);      /* the same, and it doesn't say created any more */
#endif
        running = true
    }
}

active proctype Init() {
    byte k;
    bool timed_out, written;
end_unborn:
    cloned;
    {
#ifndef BUG_LOCK_INHERITED
        d_step { drop_copy() };
#endif
        if
        :: done[CREATE] ; goto leave       /* end of file from create */
        :: d_step { !done[CREATE] -> ready = true }
        fi;

gate:   atomic { open_write(); at_gate = true };              /* 1 open, blocking */
end_at_gate:
        if
        :: w_met
        :: d_step { !calm && !w_met -> close_write() } ; goto gate /* a signal: it starts again */
        fi;
        at_gate = false;

again:  atomic {                                              /* 2 write */
            written = (readers > 0);
            if
            :: written && bytes < MAXBYTES -> bytes++
            :: else
            fi
        };
#ifdef RUNC_INIT
        if
        :: !written -> goto leave                             /* EPIPE is an error there */
        :: else
        fi;
        d_step { close_write() };
        goto go_on;
#endif
#ifdef BUG_NO_LOOK
        d_step { close_write() };
        if
        :: !written -> goto gate
        :: else -> goto go_on
        fi;
#endif
        if                                                    /* 3 poll for POLLERR */
        :: d_step { readers == 0 -> timed_out = false }
#ifndef BUG_HOLD
        :: d_step { readers > 0 -> timed_out = true }
#endif
        fi;
        if                                                    /* 4 fstat */
        :: !linked ; d_step { close_write() } ; goto go_on
        :: linked
        fi;
        d_step { close_write() };                             /* 5 close, pause */
#if defined(LIVE) && !defined(BUG_NO_PAUSE)
        /* For liveness alone: the pause is longer than a reader needs to see its end of file. */
        if
        :: timed_out -> (draining == 0)
        :: else
        fi;
#endif
#ifdef BUG_NO_ENXIO
        goto gate;
#endif
        if                                                    /* 6 open, non-blocking */
        :: d_step { readers > 0 -> open_write() } ; goto again
        :: readers == 0
        fi;
        if                                                    /*   ENXIO: fstat once more */
        :: !linked ; goto go_on
        :: linked ; goto gate
        fi;

go_on:  pass();
        if
        :: skip                                               /* the user's program ends … */
        :: skip ->                                            /* … or stays */
end_running:
            false
        fi;
leave:  skip
    } unless { victim == INIT || init_killed };
    d_step { at_gate = false; close_write() };
    d_step {
        timed_out = false; written = false; running = false; init_killed = false;
        drop_copy(); no_victim(INIT);
        init_dead = true
    }
}

/* ================================================================ start */

inline answers(what) {
    assert(what != stopped || init_dead);               /* a start tells the truth */
    assert(what != already || opened || me >= NAPUS);   /* (runc's may err, if there are two) */
#ifdef QUIET
    answer[me] = what
#endif
}

#define NOT_CREATED_WHY  (init_dead -> stopped : already)

proctype StartApus(byte me) {
    bool dead, taken;
    {
        if                                                    /* 1 open the directory, lock */
        :: d_step { record == 0 -> answers(absent) } ; goto leave
        :: record != 0
        fi;
        d_step { holder == NOBODY && MY_TURN -> holder = me; TURN };
        if                                                    /* 2 state.json, pidfd */
        :: d_step { record == 0 -> answers(absent) } ; goto leave
        :: d_step { record == 1 -> answers(half) } ; goto leave
        :: d_step { record == COMPLETE && init_dead -> answers(stopped) } ; goto leave
        :: record == COMPLETE && !init_dead
        fi;
again:  if                                                    /* 3 open: the look-up … */
        :: d_step { !linked -> answers(NOT_CREATED_WHY) } ; goto leave
        :: linked
        fi;
        d_step { open_read(me) };                             /*   … the open itself */
        if                                                    /*   fstat: still linked? */
        :: d_step { !linked -> answers(NOT_CREATED_WHY) } ; goto leave
        :: linked
        fi;
        if
        :: d_step { r_held[me] == 2 -> close_one(me) }
        :: else
        fi;
        d_step {                                              /* 4 poll */
            bytes > 0 || (writers == 0 && r_met[me]) || init_dead -> dead = init_dead
        };
        if                                                    /* 5 read */
        :: d_step { bytes > 0 -> bytes--; taken = true }
        :: d_step { bytes == 0 && dead -> answers(stopped) } ; goto leave
#ifdef BUG_EOF_IS_DEATH
        :: d_step { bytes == 0 && !dead -> answers(stopped) } ; goto leave
#else
        :: bytes == 0 && !dead ; goto again
#endif
        fi;
        d_step {                                              /* 6 unlink */
            taken = false;
            if
            :: linked -> linked = false; assert(!opened); opened = true; answers(won)
            :: else -> answers(already)
            fi
        };
leave:  skip
    } unless { victim == me };
#ifdef REACH
    if :: taken -> lost = true :: else fi;
#endif
    if                                                        /* 7 close, unlock … */
    :: victim == me -> d_step { unlock(me) }                  /*   … but a death has no order */
    :: skip
    fi;
    d_step { close_read(me) };
    d_step { dead = false; taken = false; TURN; unlock(me); ended(me) }
}

/* runc up to 1.5. One thread opens and reads; another looks every 100 ms whether init is alive.
 * Its open is one act here, with its look-up: an open that finds the name just before the unlink
 * and waits just after it is runc's own, and ends with init. */
proctype StartToEOF(byte me) {
    bool got, reading;
    {
        if
        :: d_step { record != COMPLETE -> answers(absent) } ; goto leave
        :: d_step { record == COMPLETE && init_dead -> answers(stopped) } ; goto leave
        :: record == COMPLETE && !init_dead
        fi;
        if
        :: d_step { !linked -> answers(already) } ; goto leave
        :: d_step { linked -> open_read(me) }
        fi;
        if
        :: r_met[me]
        :: init_dead
        fi;
        d_step { reading = true; draining++ };
        do
        :: d_step { bytes > 0 -> bytes = 0; got = true }
        :: d_step { bytes == 0 && writers == 0 -> reading = false; draining-- } ; break
        od;
        if
        :: !got -> d_step { answers(NOT_CREATED_WHY) }
        :: else ->
            d_step {
                if
                :: linked -> linked = false; assert(!opened); opened = true; answers(won)
                :: else -> answers(already)
                fi
            }
        fi;
leave:  skip
    } unless { victim == me };
    d_step {
        if :: reading -> draining-- :: else fi;
        close_read(me);
        ended(me)
    }
}

/* runc's main branch. */
proctype StartOneByte(byte me) {
    {
        if
        :: d_step { record != COMPLETE -> answers(absent) } ; goto leave
        :: d_step { record == COMPLETE && init_dead -> answers(stopped) } ; goto leave
        :: record == COMPLETE && !init_dead
        fi;
        if
        :: d_step { !linked -> answers(already) } ; goto leave
        :: d_step { linked -> open_read(me) }
        fi;
        bytes > 0 || (writers == 0 && r_met[me]) || init_dead;
        if
        :: d_step { bytes > 0 -> bytes-- }
        :: d_step { bytes == 0 -> answers(no_byte) } ; goto leave
        fi;
        d_step {
            if
            :: linked -> linked = false; assert(!opened); opened = true; answers(won)
            :: else -> answers(already)
            fi
        };
leave:  skip
    } unless { victim == me };
    d_step { close_read(me); ended(me) }
}

/* ================================================================ kill, delete */

#if !defined(QUIET) && !defined(NO_DELETE)
inline remove() {
#ifdef BUG_UNLINK_FIRST
    linked = false;
#endif
    init_killed = cloned && !init_dead;           /* SIGKILL */
    (init_dead || !cloned);                       /* poll on the pidfd */
    linked = false;
    d_step { record = 0; assert(init_dead || !cloned) }
}

active proctype Delete() {
    {
        if
        :: record == 0 -> goto leave
        :: record != 0 -> skip
        fi;
        lock(DELETE);
        if
        :: record != COMPLETE ; goto leave
        :: record == COMPLETE && !init_dead && !linked ; goto leave
        :: record == COMPLETE && (init_dead || linked)
        fi;
        remove();
leave:  skip
    } unless { victim == DELETE };
    d_step { unlock(DELETE); ended(DELETE) }
}

active proctype Force() {
    {
        if
        :: record == 0 -> goto leave
        :: record != 0 -> skip
        fi;
        init_killed = cloned && !init_dead;       /* before the lock: a start may hold it */
        lock(FORCE);
        if
        :: record == 0 ; goto leave
        :: record != 0
        fi;
        remove();
        d_step { assert(!linked && record == 0 && (init_dead || !cloned)) };
leave:  skip
    } unless { victim == FORCE };
    d_step { unlock(FORCE); ended(FORCE) }
}

#endif
#ifndef QUIET
/*
 * SIGKILL for anybody, at any moment, or never. For init this is `kill` too: that takes no lock,
 * since it must reach an init that a start waits for.
 */
#define may_die(v) :: victim == NOBODY && !done[v] -> victim = v

active proctype Fate() {
    do
    :: cloned && !init_dead && victim == NOBODY -> victim = INIT
    may_die(CREATE)
    may_die(DELETE)
    may_die(FORCE)
#ifndef NO_START_DEATH
    may_die(0)
#if N > 1
    may_die(1)
#endif
#if N > 2
    may_die(2)
#endif
#if N > 3
    may_die(3)
#endif
#if N > 4
    may_die(4)
#endif
#endif
    :: calm = true; break
    od
}
#endif

/* ================================================================ what must hold at the end */

#define settled (left == 0 && (!cloned || init_dead || running || (at_gate && !w_met)))

#ifndef LIVE
/* `timeout` is true when nobody can move: what is found here is final. */
active proctype Judge() {
    timeout ->
    assert(settled);                            /* nobody waits for ever, but init at the gate */
    assert(!at_gate || (linked && !opened));    /* there, a start can still let it through */
    assert(!running || !linked);                /* nothing runs and says created */
    assert(!opened || init_dead || running);    /* nothing that was started is lost */
#ifdef REACH
    assert(!(lost && opened && running));       /* it happens: another start got through */
#endif
#ifdef QUIET
    byte i, n;
    do
    :: i < N ->
        assert(answer[i] != stopped || opened);
        if
        :: answer[i] == won || answer[i] == already -> n++
        :: else
        fi;
        i++
    :: else -> break
    od;
    assert(n == 0 || opened)                    /* of any number of starts, one wins */
#endif
}
#else
ltl ends { <> settled }
#endif

init {
    byte i;
    atomic {
#ifdef QUIET
        calm = true;
#endif
#if defined(QUIET) || defined(NO_DELETE)
        done[DELETE] = true; done[FORCE] = true; left = left - 2;
#endif
        do
        :: i < NAPUS -> run StartApus(i); i++
        :: i >= NAPUS && i < NAPUS + NEOF -> run StartToEOF(i); i++
        :: i >= NAPUS + NEOF && i < N -> run StartOneByte(i); i++
        :: else -> break
        od
    }
}
