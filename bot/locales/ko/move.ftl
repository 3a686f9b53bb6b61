move-copied = 테이블 { $tables }개의 행 { $rows }개를 복사하고 하나하나 비교했어요.
move-former = SQLite 파일은 이제 { $file }에 있어요. 새 데이터베이스에 문제가 없으면 지워 주세요. 앞으로 멤버들이 지우는 내용도 그 파일에는 남아 있어요.
move-next = DATABASE_URL을 새 주소로 바꾸고 까치를 시작하세요.
