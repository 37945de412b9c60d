"""What can be wrong in the settings, in English and Thai: what is wrong, and what to write instead.

Places: ``{key}`` is the last part of the key path; the others are named by whoever finds the problem.
"""

from __future__ import annotations

from collections.abc import Mapping

_EN_TH: dict[str, tuple[str, str]] = {
    # Files and YAML
    "missing_folder": (
        "there is no such inventory folder. Copy inventory/example to it, or name another with -i",
        "ไม่พบโฟลเดอร์นี้ ให้คัดลอกจาก inventory/example หรือระบุโฟลเดอร์อื่นด้วย -i",
    ),
    "missing_file": (
        "the file is missing. Copy {name} from inventory/example and fill it in",
        "ไม่พบไฟล์ ให้คัดลอก {name} จาก inventory/example แล้วกรอกข้อมูล",
    ),
    "unreadable": (
        "the file cannot be read: {why}. Look at its owner and mode",
        "อ่านไฟล์ไม่ได้: {why} ให้ตรวจเจ้าของและสิทธิของไฟล์",
    ),
    "not_utf8": (
        "the text is not UTF-8. Save it again with encoding UTF-8",
        "ข้อความไม่ใช่รหัส UTF-8 ให้บันทึกใหม่โดยเลือกรหัสอักขระ UTF-8",
    ),
    "file_too_big": (
        "the file is larger than 2 MB, no settings are. Look whether it is the right file",
        "ไฟล์ใหญ่เกิน 2 MB ให้ตรวจว่าเป็นไฟล์ที่ถูกต้อง",
    ),
    "empty_file": (
        "the file is empty. Copy its contents from inventory/example",
        "ไฟล์ว่างเปล่า ให้คัดลอกเนื้อหาจาก inventory/example",
    ),
    "encrypted_file": (
        "the whole file is encrypted. Keep settings readable, and put each secret into a file of its own: {{file: secrets/NAME}}",
        "ไฟล์ถูกเข้ารหัสทั้งไฟล์ ให้คงค่าตั้งไว้เป็นข้อความอ่านได้ และแยกความลับไว้ในไฟล์ต่างหาก: {{file: secrets/ชื่อ}}",
    ),
    "tab": (
        "a tab indents this line. Use spaces, two for each level",
        "บรรทัดนี้ย่อหน้าด้วยแท็บ ให้ใช้ช่องว่าง ระดับละสองช่อง",
    ),
    "not_yaml": (
        "this is not YAML ({why}). Look at this line and the one above: indentation, quotes, colons",
        "รูปแบบ YAML ไม่ถูกต้อง ({why}) ให้ตรวจบรรทัดนี้และบรรทัดก่อนหน้า: ย่อหน้า เครื่องหมายคำพูด ทวิภาค",
    ),
    "duplicate_key": (
        "'{key}' is written twice, first on line {first}. Keep one of them",
        "เขียน '{key}' ซ้ำ ครั้งแรกอยู่บรรทัดที่ {first} ให้คงไว้เพียงแห่งเดียว",
    ),
    "alias": (
        "a YAML alias or merge (* or <<) stands here. Write the values out in full",
        "มีการใช้ alias หรือ merge (* หรือ <<) ให้เขียนค่าเต็ม",
    ),
    "tag": (
        "the tag {tag} is not used here. Write the plain value",
        "ไม่ใช้แท็ก {tag} ที่นี่ ให้เขียนค่าธรรมดา",
    ),
    "inline_vault": (
        "an encrypted value stands here. Put it into a file and write {{file: secrets/NAME}}; that file may be encrypted with ansible-vault",
        "มีค่าที่เข้ารหัสอยู่ที่นี่ ให้แยกไว้ในไฟล์แล้วเขียน {{file: secrets/ชื่อ}} ไฟล์นั้นเข้ารหัสด้วย ansible-vault ได้",
    ),
    "jinja": (
        "templates ({{{{ }}}}) are not used in the settings. Write the value itself",
        "ไม่ใช้แม่แบบ ({{{{ }}}}) ในค่าตั้ง ให้เขียนค่าจริง",
    ),
    "unquoted_clock": (
        "YAML reads {value} as a number. Write it in quotes: \"{value}\"",
        "YAML อ่าน {value} เป็นตัวเลข ให้ใส่เครื่องหมายคำพูด: \"{value}\"",
    ),
    "top_key": (
        "the file must hold exactly one top-level key, {name}. Indent everything below it",
        "ไฟล์ต้องมีกุญแจระดับบนสุดเพียงตัวเดียวคือ {name} ให้ย่อหน้าส่วนอื่นไว้ใต้กุญแจนี้",
    ),
    # Shape
    "unknown_key": (
        "nobody reads '{key}' here. Known are: {known}",
        "ไม่มีการใช้ '{key}' ที่นี่ กุญแจที่ใช้ได้: {known}",
    ),
    "near_key": (
        "nobody reads '{key}' here. Did you mean '{near}'?",
        "ไม่มีการใช้ '{key}' ที่นี่ หมายถึง '{near}' หรือไม่",
    ),
    "near_unit": (
        "'{key}' says no unit. Write '{near}', and the number in that unit",
        "'{key}' ไม่บอกหน่วย ให้เขียน '{near}' และใส่ตัวเลขตามหน่วยนั้น",
    ),
    "missing_key": (
        "'{key}' is missing. Add it, as in inventory/example",
        "ขาด '{key}' ให้เพิ่มตามตัวอย่างใน inventory/example",
    ),
    "null_value": (
        "'{key}' has no value. Write one, or remove the line",
        "'{key}' ไม่มีค่า ให้ใส่ค่า หรือลบบรรทัดนี้",
    ),
    "want_text": (
        "'{key}' must be text. Write it in quotes",
        "'{key}' ต้องเป็นข้อความ ให้ใส่ไว้ในเครื่องหมายคำพูด",
    ),
    "want_whole": (
        "'{key}' must be a whole number without unit or quotes, such as {example}",
        "'{key}' ต้องเป็นจำนวนเต็ม ไม่มีหน่วยและไม่ใส่เครื่องหมายคำพูด เช่น {example}",
    ),
    "want_number": (
        "'{key}' must be a number without unit, comma or quotes, such as 4 or 0.5",
        "'{key}' ต้องเป็นตัวเลข ไม่มีหน่วย จุลภาค หรือเครื่องหมายคำพูด เช่น 4 หรือ 0.5",
    ),
    "want_yes_no": (
        "'{key}' must be true or false, without quotes",
        "'{key}' ต้องเป็น true หรือ false โดยไม่ใส่เครื่องหมายคำพูด",
    ),
    "want_list": (
        "'{key}' must be a list. Write [a, b], or one '- ' line for each",
        "'{key}' ต้องเป็นรายการ ให้เขียน [a, b] หรือบรรทัดละ '- '",
    ),
    "want_keys": (
        "'{key}' must have keys of its own below it: {known}",
        "'{key}' ต้องมีกุญแจย่อยอยู่ใต้มัน: {known}",
    ),
    "want_words": (
        "'{key}' must be said in both languages: {{th: ..., en: ...}}",
        "'{key}' ต้องมีทั้งสองภาษา: {{th: ..., en: ...}}",
    ),
    "empty": (
        "'{key}' is empty. Write at least one",
        "'{key}' ว่างเปล่า ให้ใส่อย่างน้อยหนึ่งค่า",
    ),
    "choice": (
        "'{value}' is not known for '{key}'. Choose one of: {choices}",
        "ไม่รู้จัก '{value}' สำหรับ '{key}' ให้เลือกจาก: {choices}",
    ),
    "near_choice": (
        "'{value}' is not known for '{key}'. Did you mean '{near}'? Known are: {choices}",
        "ไม่รู้จัก '{value}' สำหรับ '{key}' หมายถึง '{near}' หรือไม่ ค่าที่ใช้ได้: {choices}",
    ),
    "too_small": (
        "'{key}' must be {limit} or more",
        "'{key}' ต้องไม่น้อยกว่า {limit}",
    ),
    "too_big": (
        "'{key}' must be {limit} or less",
        "'{key}' ต้องไม่เกิน {limit}",
    ),
    "more_than": (
        "'{key}' must be more than {limit}",
        "'{key}' ต้องมากกว่า {limit}",
    ),
    "too_precise": (
        "'{key}' has too many digits. Write at most four decimals",
        "'{key}' มีตัวเลขมากเกินไป ให้เขียนทศนิยมไม่เกินสี่ตำแหน่ง",
    ),
    "bad_name": (
        "'{value}' cannot be a name. Write small Latin letters, digits and _, beginning with a letter",
        "'{value}' ใช้เป็นชื่อไม่ได้ ให้ใช้อักษรละตินตัวเล็ก ตัวเลข และ _ โดยขึ้นต้นด้วยตัวอักษร",
    ),
    "bad_path": (
        "'{value}' is no absolute path. Begin with /",
        "'{value}' ไม่ใช่เส้นทางเต็ม ให้ขึ้นต้นด้วย /",
    ),
    "bad_form": (
        "'{key}' is not written as it must be. Look at inventory/example",
        "'{key}' เขียนไม่ถูกรูปแบบ ให้ดูตัวอย่างใน inventory/example",
    ),
    "bad_mail": (
        "'{key}' is no mail address. Write name@example.org",
        "'{key}' ไม่ใช่ที่อยู่อีเมล ให้เขียนแบบ name@example.org",
    ),
    "bad_public_key": (
        "this is no public SSH key. Write the one line of a .pub file: ssh-ed25519 AAAA...",
        "ไม่ใช่กุญแจสาธารณะ SSH ให้เขียนบรรทัดเดียวจากไฟล์ .pub: ssh-ed25519 AAAA...",
    ),
    "private_key": (
        "a private key must never stand here. Write the .pub half, and make a new pair: this one has been shown",
        "ห้ามใส่กุญแจส่วนตัว ให้ใช้ไฟล์ .pub และสร้างกุญแจคู่ใหม่ เพราะคู่นี้ถูกเปิดเผยแล้ว",
    ),
    "not_a_day": (
        "this is no date. Write year-month-day, such as 2026-10-01",
        "ไม่ใช่วันที่ ให้เขียน ปี-เดือน-วัน เช่น 2026-10-01",
    ),
    "no_such_day": (
        "the calendar has no such day. Write a real one, such as 2026-10-01",
        "ไม่มีวันนี้ในปฏิทิน ให้เขียนวันที่มีจริง เช่น 2026-10-01",
    ),
    "buddhist_year": (
        "the year is of the Buddhist era; the settings count in the common era. Write {instead}",
        "ปีเป็นพุทธศักราช แต่ค่าตั้งใช้คริสต์ศักราช ให้เขียน {instead}",
    ),
    "not_a_clock": (
        "this is no time of day. Write hours and minutes in quotes: \"08:15\"",
        "ไม่ใช่เวลา ให้เขียนชั่วโมงและนาทีในเครื่องหมายคำพูด: \"08:15\"",
    ),
    "inline_secret": (
        "a secret must not stand in the settings. Write {{file: secrets/NAME}} or {{env: NAME}}, and change the password that was written here",
        "ห้ามเขียนความลับในค่าตั้ง ให้เขียน {{file: secrets/ชื่อ}} หรือ {{env: ชื่อ}} และเปลี่ยนรหัสผ่านที่เขียนไว้ตรงนี้",
    ),
    "password_in_url": (
        "the address holds a password. Take it out of the address and write it as password: {{file: secrets/NAME}}",
        "ที่อยู่มีรหัสผ่านอยู่ ให้นำออกและเขียนเป็น password: {{file: secrets/ชื่อ}}",
    ),
    "secret_place": (
        "a secret has one place. Write either {{file: secrets/NAME}} or {{env: NAME}}",
        "ความลับมีที่เก็บเดียว ให้เขียน {{file: secrets/ชื่อ}} หรือ {{env: ชื่อ}} อย่างใดอย่างหนึ่ง",
    ),
    "process_or_pidfile": (
        "a process is found by one thing. Write either process or pidfile",
        "ค้นหาโพรเซสได้ทางเดียว ให้เขียน process หรือ pidfile อย่างใดอย่างหนึ่ง",
    ),
    "other": (
        "'{key}' is not as it must be ({why}). Look at inventory/example",
        "'{key}' ไม่ถูกต้อง ({why}) ให้ดูตัวอย่างใน inventory/example",
    ),
    # Meaning
    "no_hosts": (
        "no host is named. Write the machines below all: hosts:",
        "ไม่มีชื่อเครื่อง ให้เขียนเครื่องไว้ใต้ all: hosts:",
    ),
    "hosts_shape": (
        "this is no Ansible inventory. Write all: hosts: NAME: {{ansible_host: ADDRESS}}",
        "ไม่ใช่บัญชีเครื่องของ Ansible ให้เขียน all: hosts: ชื่อ: {{ansible_host: ที่อยู่}}",
    ),
    "host_range": (
        "'{value}' is a range. Write each host by its own name",
        "'{value}' เป็นช่วง ให้เขียนชื่อทีละเครื่อง",
    ),
    "unknown_host": (
        "hosts.yml names no host '{value}'. Write one of: {known}",
        "ไม่มีเครื่อง '{value}' ใน hosts.yml ให้เขียนชื่อใดชื่อหนึ่ง: {known}",
    ),
    "near_host": (
        "hosts.yml names no host '{value}'. Did you mean '{near}'?",
        "ไม่มีเครื่อง '{value}' ใน hosts.yml หมายถึง '{near}' หรือไม่",
    ),
    "no_localhost": (
        "hosts.yml lacks localhost, the machine that runs the procedure. Add localhost: {{ansible_connection: local}}",
        "hosts.yml ไม่มี localhost ซึ่งเป็นเครื่องที่ดำเนินการ ให้เพิ่ม localhost: {{ansible_connection: local}}",
    ),
    "unknown_database": (
        "the system has no database '{value}'. Write one of its databases: {known}",
        "ระบบนี้ไม่มีฐานข้อมูล '{value}' ให้เขียนชื่อฐานข้อมูลของระบบ: {known}",
    ),
    "unknown_role": (
        "people.yml has no role '{value}'. Write one of: {known}",
        "ไม่มีบทบาท '{value}' ใน people.yml ให้เขียนชื่อใดชื่อหนึ่ง: {known}",
    ),
    "near_role": (
        "people.yml has no role '{value}'. Did you mean '{near}'?",
        "ไม่มีบทบาท '{value}' ใน people.yml หมายถึง '{near}' หรือไม่",
    ),
    "role_not_held": (
        "nobody holds the role '{value}'. Give it to somebody in people.yml",
        "ไม่มีผู้ดำรงบทบาท '{value}' ให้กำหนดผู้รับผิดชอบใน people.yml",
    ),
    "no_approver_key": (
        "no approver has an ssh_public_key, so no plan can ever be approved. Add the .pub line of one",
        "ไม่มีผู้อนุมัติที่มี ssh_public_key จึงอนุมัติแผนไม่ได้ ให้เพิ่มบรรทัดจากไฟล์ .pub",
    ),
    "lone_approver": (
        "'{value}' is the only approver and also carries out changes; a second person must approve. Name another approver",
        "'{value}' เป็นผู้อนุมัติคนเดียวและเป็นผู้ดำเนินการด้วย ต้องมีบุคคลที่สองอนุมัติ ให้กำหนดผู้อนุมัติอีกคน",
    ),
    "twice": (
        "'{value}' stands twice, first on line {first}. Give each its own name",
        "'{value}' ซ้ำ ครั้งแรกอยู่บรรทัดที่ {first} ให้ตั้งชื่อไม่ซ้ำกัน",
    ),
    "holiday_twice": (
        "the holiday {value} stands twice, first on line {first}. Remove one",
        "วันหยุด {value} ซ้ำ ครั้งแรกอยู่บรรทัดที่ {first} ให้ลบออกหนึ่งบรรทัด",
    ),
    "no_playbook": (
        "playbooks/ holds no '{value}'. Write one of: {known}",
        "ไม่มี '{value}' ใน playbooks/ ให้เขียนชื่อใดชื่อหนึ่ง: {known}",
    ),
    "unknown_report": (
        "there is no report '{value}'. Write one of: {known}",
        "ไม่มีรายงาน '{value}' ให้เขียนชื่อใดชื่อหนึ่ง: {known}",
    ),
    "missing_control": (
        "the control '{value}' of step {step} is missing. Copy it from inventory/example",
        "ขาดการควบคุม '{value}' ของขั้นตอนที่ {step} ให้คัดลอกจาก inventory/example",
    ),
    "wrong_step": (
        "the control '{value}' is step {step} of the procedure. Write step: {step}",
        "การควบคุม '{value}' เป็นขั้นตอนที่ {step} ให้เขียน step: {step}",
    ),
    "day_of_month": (
        "no month has a day {value} that could always be due. Write 1 to 28, first_working_day or last_working_day",
        "บางเดือนไม่มีวันที่ {value} ให้เขียน 1 ถึง 28 หรือ first_working_day หรือ last_working_day",
    ),
    "weekday_off": (
        "'{value}' is no working day of calendar.yml. Write one of: {known}",
        "'{value}' ไม่ใช่วันทำการใน calendar.yml ให้เขียนวันใดวันหนึ่ง: {known}",
    ),
    "ends_before": (
        "it ends before it starts. Look at both: {first} and {second}",
        "สิ้นสุดก่อนเริ่มต้น ให้ตรวจทั้งสองค่า: {first} และ {second}",
    ),
    "instalment_over": (
        "instalment {value} of {total} cannot be. Write the number of this instalment",
        "งวดที่ {value} จากทั้งหมด {total} งวดเป็นไปไม่ได้ ให้เขียนเลขงวดนี้",
    ),
    "unknown_zone": (
        "no time zone is called '{value}'. Write Asia/Bangkok",
        "ไม่มีเขตเวลาชื่อ '{value}' ให้เขียน Asia/Bangkok",
    ),
    "missing_secret": (
        "there is no file {value} in the inventory folder. Make it with mode 0600 and only the secret in it",
        "ไม่มีไฟล์ {value} ในโฟลเดอร์ ให้สร้างไฟล์สิทธิ 0600 ที่มีเฉพาะความลับ",
    ),
    "open_secret": (
        "others on this machine can read {value}. Run: chmod 600 {value}",
        "ผู้อื่นในเครื่องนี้อ่าน {value} ได้ ให้สั่ง: chmod 600 {value}",
    ),
    "outside_secret": (
        "a secret's file stands inside the inventory folder. Write secrets/NAME, without .. or a leading /",
        "ไฟล์ความลับต้องอยู่ในโฟลเดอร์นี้ ให้เขียน secrets/ชื่อ โดยไม่มี .. หรือ / นำหน้า",
    ),
    "warn_below_min": (
        "the warning comes after the limit: {first} must not be less than {second}. Swap them",
        "ค่าเตือนมาหลังเกณฑ์: {first} ต้องไม่น้อยกว่า {second} ให้สลับค่า",
    ),
    "no_drill_manifest": (
        "a drill needs a copy that is read whole. Write level: integrity or content, or drill: false",
        "การทดสอบกู้คืนต้องอ่านสำเนาทั้งหมด ให้เขียน level: integrity หรือ content หรือ drill: false",
    ),
    "not_select": (
        "usage only reads. Write one statement that begins with SELECT or WITH, and no semicolon",
        "การประเมินอ่านข้อมูลเท่านั้น ให้เขียนคำสั่งเดียวที่ขึ้นต้นด้วย SELECT หรือ WITH และไม่มีอัฒภาค",
    ),
    "bad_url": (
        "'{value}' is no web address. Begin with http:// or https://",
        "'{value}' ไม่ใช่ที่อยู่เว็บ ให้ขึ้นต้นด้วย http:// หรือ https://",
    ),
    "nothing_to_check": (
        "the system '{value}' declares no probe, so step 1 would never look at it. Add at least one",
        "ระบบ '{value}' ไม่มีรายการตรวจ ขั้นตอนที่ 1 จะไม่ตรวจระบบนี้ ให้เพิ่มอย่างน้อยหนึ่งรายการ",
    ),
}  # fmt: skip

WORDS: Mapping[str, Mapping[str, str]] = {code: {"en": en, "th": th} for code, (en, th) in _EN_TH.items()}
